import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { compile, type StepInput } from "../../lib/engine/compiled.ts";
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import { memory, type Scalar, type Tensor, tensor, type Tensor1D, type Tensor2D } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { auc, cvar, type Loss, losses } from "../../lib/losses/mod.ts";
import * as room from "../../lib/losses/mod.ts";
import { lossTerm } from "../../lib/losses/total.ts";
import type { Groups } from "../../lib/types.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { normals } from "./inputs.ts";

type Seen = { readonly embedding: Tensor; readonly logits: Tensor };
type Told = { readonly value: Scalar; readonly gradient: Seen };

/** A loss and its gradients, as a step has them. */
function step(
  { state, inputs, fixed }: StepInput<Seen, { readonly labels: Tensor }, { spec: Loss; groups: Groups }>,
): Told {
  const { spec, groups } = fixed;
  const { value, gradient } = valueAndGradient(({ embedding, logits }: Seen) => ({
    value: lossTerm(spec, {
      embedding: embedding as Tensor2D,
      logits: logits as Tensor2D,
      labels: inputs.labels as Tensor1D,
      groups,
    }),
    aux: {},
  }), state);
  return { value, gradient };
}

if (builtAddon() === null) {
  Deno.test("losses in recorded steps", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so steps are not recorded: deno task engine:tensorflow");
  });
} else {
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(closeBackend);
  const kinds = Object.keys(losses) as Loss["kind"][];
  const makers = room as unknown as Record<Loss["kind"], () => Loss>;

  for (const spec of [...kinds.map((kind) => makers[kind]()), cvar({ alpha: 1 }), auc({ power: 1.5 })]) {
    Deno.test(`${JSON.stringify(spec)} gives in a replayed step what it gives outside of one`, () => {
      const before = memory().numTensors;
      const groups = { real: 3, fake: 3, realRec: 3, fakeRec: 3 };
      const labels = tensor([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
      {
        using compiled = compile(step);
        for (const seed of [1, 2, 3]) {
          const classes = losses[spec.kind].logits ?? 1;
          const state = {
            embedding: tensor(normals(seed, 12 * 5), [12, 5]),
            logits: tensor(normals(seed + 10, 12 * classes), [12, classes]),
          };
          const given = { state, inputs: { labels }, fixed: { spec, groups } };
          const [plain, replayed] = [step(given), compiled.run(given)];
          for (const [i, [path, expected]] of entries(plain).entries()) {
            assertClose(entries(replayed)[i][1].dataSync(), expected.dataSync(), 1e-6, `${path} of run ${seed}`);
          }
          disposeTree([state, plain, replayed]);
        }
        assertEquals(compiled.recordings(), 1);
      }
      labels.dispose();
      assertEquals(memory().numTensors, before, "live tensors");
    });
  }
}
