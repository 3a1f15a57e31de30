import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { type Model, modelTemplate } from "../../lib/models/model.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { cases } from "../export/networks.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { type Trained, trainOne } from "./every_model.ts";
import recorded from "./every_model.json" with { type: "json" };

const onCpu: Readonly<Record<string, Trained>> = recorded;

/** Those that take the longest; of the ones with millions of weights ResNet-18 is trained always, but not on cpu. */
const long = [
  "ResNet-50 without downsampling, judged by places",
  "error maps beside a ResNet",
  ...(testBackend === "cpu"
    ? ["ResNet-18", "CLIP as a ResNet", "error maps, all parts", "error maps alone, of another size than the map's"]
    : []),
];

/**
 * Over the largest loss. Steps along gradients that float32 rounds end 3e-7 apart; a batch norm over a few rows multiplies
 * what is small: wasm ends 1.7e-4 from cpu there, webgpu 9.7e-5.
 */
const tolerances = { plain: 2e-6, normed: 5e-4 } as const;

for (const name of Object.keys(cases)) {
  const isFull = Deno.env.get("COUNTERPROOF_FULL") === "1";
  if (long.includes(name) && !isFull) continue;
  testTensors(`${name} trains with the numbers of the cpu backend`, async () => {
    const { losses, logits } = await trainOne(name);
    const expected = onCpu[name];
    const tolerance = tolerances[hasNorms(cases[name].model) ? "normed" : "plain"] * Math.max(...expected.losses);
    assertClose(losses, expected.losses, tolerance, "losses");
    assertClose(logits, expected.logits, tolerance, "logits");
  });
}

Deno.test("every network has its numbers on cpu", () => assertEquals(Object.keys(onCpu), Object.keys(cases)));

/** Whether a model has batch norms, which remember what they saw. */
function hasNorms(model: Model): boolean {
  const template = modelTemplate(model);
  try {
    return entries(template.buffers).length > 0;
  } finally {
    disposeTree(template);
  }
}
