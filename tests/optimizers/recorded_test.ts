import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { compile, type StepInput } from "../../lib/engine/compiled.ts";
import { memory, type Scalar, scalar } from "../../lib/engine/ops.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { adam, adamW, type Optimizer, optimizerKind, sam, sgd } from "../../lib/optimizers/mod.ts";
import type { LossValue } from "../../lib/types.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { numbersOf, type Place, pullTo, start } from "./problem.ts";

type Numbers = { readonly rate: Scalar; readonly step: Scalar };

if (builtAddon() === null) {
  Deno.test("optimizers in recorded steps", () => {
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    console.log("The tensorflow backend is not built here, so steps are not recorded: deno task engine:tensorflow");
  });
} else {
  await useBackend("tensorflow", { threads: 2 });
  Deno.test.afterAll(closeBackend);
  const optimizers: readonly Optimizer[] = [
    adamW({ rate: 0.05 }),
    adam({ rate: 0.05, decay: 0.1 }),
    sgd({ rate: 0.05, decay: 0.1, nesterov: true }),
    sam({ base: adamW({ rate: 0.05 }), rho: 0.3 }),
  ];

  for (const spec of optimizers) {
    Deno.test(`${spec.kind} takes the same steps replayed as it takes one by one, whatever the rate is`, () => {
      const before = memory().numTensors;
      const { step } = optimizerKind(spec);
      const take = ({ state: from, inputs }: StepInput<Place, Numbers, null>): Place & { value: LossValue } => {
        const { params, state, value } = step(spec, pullTo(0.3), { ...from, ...inputs, clip: 1 });
        return { params, state, value };
      };
      const places: Place[] = [start(spec), start(spec)];
      {
        using compiled = compile(take);
        for (const [i, run] of [take, compiled.run].entries()) {
          for (let number = 1; number <= 6; number++) {
            const inputs = { rate: scalar(0.1 / number), step: scalar(number) };
            const { params, state, value } = run({ state: places[i], inputs, fixed: null });
            places[i] = { params, state };
            disposeTree([inputs, value]);
          }
        }
        assertEquals(compiled.recordings(), 1);
      }
      assertClose(numbersOf(places[1]), numbersOf(places[0]), 1e-6);
      for (const { params, state } of places) disposeTree([params, state]);
      assertEquals(memory().numTensors, before, "live tensors");
    });
  }
}
