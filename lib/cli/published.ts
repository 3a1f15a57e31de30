import type { Published } from "../report/mod.ts";
import type { RunRecord } from "../types.ts";
import { load } from "./places.ts";

type DualLoss = typeof import("../../experiments/dual_loss.ts");
type Layouts = typeof import("../layouts/genimage.ts");
type Report = typeof import("../report/mod.ts");

/** The paired difference that the published claim is about. */
export const QUESTION = { of: "dual", against: "contrastive-only" } as const;

/**
 * What was published of the dual loss, beside what some runs of the ablation on the pocket world say, and what the
 * published experiment would need. Null when the runs do not hold both methods of the question.
 */
export async function besidePublished(records: readonly RunRecord[]): Promise<Published | null> {
  const names = records.map(({ experiment }) => experiment.name);
  if (!names.includes(QUESTION.of) || !names.includes(QUESTION.against)) return null;
  const report = await load<Report>("lib/report/mod.ts");
  const { published: { source, data, accuracy, epochs } } = await load<DualLoss>("experiments/dual_loss.ts");
  const table = report.differences(records, QUESTION);
  const verdict = {
    "better": "In the pocket world the reconstruction term helps",
    "worse": "In the pocket world the reconstruction term does not help: accuracy falls",
    "not told apart": "In the pocket world no help of the reconstruction term is seen",
  }[report.finding(table)];
  return {
    claim: `Published: mean accuracy over ${data}'s generators ${accuracy[QUESTION.against]} % with the contrastive ` +
      `term only and ${accuracy[QUESTION.of]} % with the dual loss, reached in ${epochs[QUESTION.of]} epochs instead ` +
      `of ${epochs[QUESTION.against]}. Source: ${source}; it gives neither intervals nor a number of seeds.`,
    here: `${verdict}. ${report.differenceSentence(table)} This speaks of small detectors on small generators, and ` +
      `neither confirms nor refutes what was published for ${data}.`,
    needs: await needs(),
    command: "deno task run experiments/dual_loss.ts#dual --data DIR",
  };
}

/** What the published size needs, from its definition. */
async function needs(): Promise<string[]> {
  const { dual, published } = await load<DualLoss>("experiments/dual_loss.ts");
  const { genImageGenerators } = await load<Layouts>("lib/layouts/genimage.ts");
  const { reconstruct, model, view, batch, epochs } = dual();
  const steps = reconstruct?.kind === "inpainting" ? reconstruct.steps : 0;
  return [
    `${published.data}: the training set of its generator Stable Diffusion 1.4, photographs and fakes, and the test ` +
    `sets of all ${genImageGenerators.length} generators`,
    `reconstructions by Stable Diffusion inpainting of every training image, real and fake, with ${steps} steps each`,
    `the weights of ConvNeXt-base from ImageNet-22k: deno task weights get ${model.backbone.weights}`,
    `a machine that trains it for ${epochs} epochs on crops of ${view.size} pixels, ${batch.size} rows a step`,
  ];
}
