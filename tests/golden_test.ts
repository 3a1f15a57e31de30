/**
 * Every case of the golden set: computed and compared, or pending and told. `GOLDEN_DIR` names another set of the
 * same format; `tests/golden/README.md` says what the cases are.
 */
import { memory } from "../lib/engine/ops.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { assert, assertEquals } from "./assert.ts";
import {
  type Comparison,
  type Compute,
  distance,
  type GoldenCase,
  goldenFolder,
  openCase,
  readCases,
  readPending,
  speaksOf,
  valuesOf,
} from "./golden_kinds/cases.ts";
import {
  binaryCrossEntropyCase,
  contrastiveCase,
  crossEntropyCase,
  cvarAucCase,
  dualCase,
  marginContrastiveCase,
  reconstructionCase,
} from "./golden_kinds/losses.ts";
import { errorGuidedCase } from "./golden_kinds/lare.ts";
import { clipCase, clipResnetCase, clipVisionCase } from "./golden_kinds/clip.ts";
import { metricsCase } from "./golden_kinds/metrics.ts";
import { convnextCase, convnextFormulaCase, trainingCase } from "./golden_kinds/models.ts";
import { ddimInversionCase, inpaintCase, latentErrorCase, vaeCase } from "./golden_kinds/reconstruct.ts";
import { nodownCase, resnetTrainCase } from "./golden_kinds/resnet.ts";
import { gradClipCase, optimizerCase, scheduleCase } from "./golden_kinds/optimizers.ts";
import { addNoiseCase, inverseCase, schedulerCase } from "./golden_kinds/schedulers.ts";
import { tokenizerCase } from "./golden_kinds/tokenizer.ts";
import { testBackend } from "./tensors.ts";

const standing: Readonly<Record<string, Compute>> = {
  "loss.contrastive": contrastiveCase,
  "loss.recon": reconstructionCase,
  "loss.dual": dualCase,
  "loss.crossEntropy": crossEntropyCase,
  "loss.bce": binaryCrossEntropyCase,
  "loss.marginContrastive": marginContrastiveCase,
  "loss.cvarAuc": cvarAucCase,
  optimizer: optimizerCase,
  gradClip: gradClipCase,
  schedule: scheduleCase,
  "backbone.convnext": convnextCase,
  "backbone.convnext.formula": convnextFormulaCase,
  "backbone.clip": clipCase,
  "backbone.clip.vision.formula": clipVisionCase,
  "backbone.clipRN50.formula": clipResnetCase,
  "backbone.res50nodown.formula": nodownCase,
  "backbone.resnet.train": resnetTrainCase,
  "lare.egre.formula": errorGuidedCase,
  scheduler: schedulerCase,
  "scheduler.inverse": inverseCase,
  "scheduler.addNoise": addNoiseCase,
  "reconstruct.inpaint": inpaintCase,
  "reconstruct.vae": vaeCase,
  "reconstruct.latentError": latentErrorCase,
  "reconstruct.ddimInversion": ddimInversionCase,
  training: trainingCase,
  metrics: metricsCase,
  tokenizer: tokenizerCase,
};

const folder = goldenFolder();
const cases = readCases(folder);
const pending = readPending();
const told: string[] = [];

globalThis.addEventListener("unload", closeBackend);
await useBackend(testBackend);

for (const golden of cases) {
  const awaited = pending.find((entry) => entry.columns === undefined && speaksOf(entry, golden));
  if (awaited !== undefined) {
    Deno.test({ name: `pending until issue ${awaited.issue}: ${golden.name}`, ignore: true, fn: () => {} });
  } else {
    Deno.test(`golden ${golden.name}`, () => check(golden));
  }
}

Deno.test("every pending entry speaks of a case", () => {
  for (const entry of pending) {
    assert(
      cases.some((golden) => speaksOf(entry, golden)),
      `no case of the set is ${JSON.stringify(entry)}; take the entry out of pending.json`,
    );
  }
});

Deno.test("no pending entry hides a kind that stands", () => {
  for (const entry of pending) {
    const narrow = entry.where !== undefined || entry.columns !== undefined;
    assert(narrow || !(entry.kind in standing), `"${entry.kind}" stands; take ${JSON.stringify(entry)} out`);
  }
});

Deno.test("the golden set is told, case by case", () => {
  const columns = pending.flatMap(({ kind, columns, issue }) =>
    (columns ?? []).map((column) => `  pending until issue ${issue}: column "${column}" of kind "${kind}"`)
  );
  const text = ["largest error of each case, as a share of its tolerance", ...told, ...columns].join("\n");
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
});

async function check(golden: GoldenCase): Promise<void> {
  const compute = standing[golden.kind];
  assert(compute !== undefined, `unknown kind "${golden.kind}": it neither stands nor is pending`);
  const before = memory().numTensors;
  const begun = performance.now();
  const open = await openCase(folder, golden, pending);
  const results = await compute(open);
  const seconds = (performance.now() - begun) / 1000;
  const wanted = [...open.tensors.keys()].filter((key) => /^(out|grad)\./.test(key));
  const missed = wanted.filter((key) => !(key in results));
  assertEquals(missed, [], `not computed in "${golden.name}"`);
  assert(Object.keys(results).length > 0, `nothing was compared in "${golden.name}"`);
  let worst = 0;
  for (const [key, result] of Object.entries(results)) {
    const compared: Comparison = "got" in result
      ? result as Comparison
      : { got: result as ArrayLike<number>, want: valuesOf(open, key) };
    const error = distance(compared);
    assert(
      error <= golden.tolerance,
      `"${key}" of "${golden.name}" is off by ${error}, tolerance ${golden.tolerance}`,
    );
    worst = Math.max(worst, error / golden.tolerance);
  }
  assertEquals(memory().numTensors, before, "live tensors");
  told.push(`  ${golden.name}: ${worst.toFixed(4)} (${seconds.toFixed(2)} s)`);
}
