/** A model card: what a detector is, how good it was found to be, and what nobody knows of it. Markdown. */
import type { Judgement, Rates } from "../detect/judgement.ts";
import { modelFiles } from "../detect/model_folder.ts";
import type { Tested } from "../detect/tested.ts";
import { sizeOf } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import { captionsOf, seesErrors } from "../models/model.ts";
import { weightsOf } from "../models/weights.ts";
import { EMPTY_CAPTIONS } from "../report/captions.ts";
import { compare, type CompareRow } from "../report/compare.ts";
import { tellDefinitions } from "../report/definition.ts";
import { markdownTable, markdownText } from "../report/markdown.ts";
import { groupMethods } from "../report/methods.ts";
import { duration, percent, percentInterval, thousands } from "../report/numbers.ts";
import { intervalNote, probeNote } from "../report/sentence.ts";
import { meansFirst, plural, setName } from "../report/text.ts";
import type { RunRecord } from "../types.ts";
import type { Exported } from "./exported.ts";
import { preprocessingOf } from "./preprocessing.ts";

/** A detector that a run trained, and what is known of it. */
export type CardOf = Pick<Exported, "network" | "pixels" | "judgement" | "tested"> & {
  readonly record: RunRecord;
  readonly definition: Experiment;
};

/** The card of a finished run's detector, for the folder that holds it. */
export function modelCard(of: CardOf): string {
  const { record, definition } = of;
  const sections: (readonly [title: string, body: string])[] = [
    ["What it is", whatItIs(of)],
    ["Use it", useIt(of)],
    ["What it was trained on", trainedOn(of)],
    ["Results", results(of)],
    ["Threshold and calibration", judged(of.judgement)],
    ["Limits", limits(of).map((line) => `- ${line}`).join("\n")],
    ["Licence", licence(definition)],
    ["Make it again", makeAgain(record)],
  ];
  const body = sections.map(([title, text]) => `## ${title}\n\n${text}`).join("\n\n");
  return `${HEAD}\n\n# ${markdownText(definition.name)}\n\n${body}\n`;
}

/** What model hubs read at the beginning of a card. */
const HEAD = `---
library_name: counterproof
pipeline_tag: image-classification
tags:
- generated-image-detection
---`;

function whatItIs({ network, definition, pixels }: CardOf): string {
  const { backbone, refine, head } = definition.model;
  const { steps } = preprocessingOf(definition.view, pixels, "before the network");
  const parts = [
    `backbone \`${backbone.kind}\``,
    ...(refine ? [`refinement \`${refine.kind}\``] : []),
    `head \`${head.kind}\``,
  ];
  return [
    "A network that tells generated images from photographs: it gives the probability that an image is generated. It was " +
    `trained with Counterproof. It has ${thousands(sizeOf(network.params))} parameters: ${parts.join(", ")}.`,
    "Before it sees an image:",
    steps.map((step, i) => `${i + 1}. ${step}`).join("\n"),
    seesErrors(definition.model)
      ? "It also looks at the image's error map, which a diffusion model makes: `deno task reconstruct --method latentError`."
      : definition.reconstruct?.kind === "residual"
      ? "It does not look at the image itself but at what a reconstruction lost of it: `deno task reconstruct --method residual`."
      : captionsOf(definition.model) !== null
      ? "It also reads the image's caption, or the empty text where there is none."
      : "",
  ].filter((text) => text !== "").join("\n\n");
}

function useIt({ definition }: CardOf): string {
  return `With Counterproof, this folder being \`DIR\`:

\`\`\`sh
deno task detect DIR photograph.jpg
\`\`\`

In other programs the weights are read by any reader of safetensors; \`${modelFiles.config}\` has the definition of the network, \`${modelFiles.preprocessor}\` what becomes of an image before. Names below \`backbone.\` are ${
    NAMES[definition.model.backbone.kind]
  }; axes are PyTorch's. For a network that needs no code of its own, \`deno task export DIR --onnx FILE\` writes one.`;
}

/** Whose names the parameters of a backbone have. */
const NAMES: Readonly<Record<Experiment["model"]["backbone"]["kind"], string>> = {
  convnext: "timm's",
  resnet: "torchvision's",
  clip:
    "those of transformers' `vision_model`, of the ResNet those of OpenAI's `visual`; a text tower's stand below `text.`",
};

function trainedOn({ record, definition }: CardOf): string {
  const { environment: { backend, threads }, seconds, started, best, data } = record;
  const lines = tellDefinitions(groupMethods([record])).map(({ what, values: [{ text }] }) => ({ what, text }));
  const took = `Seed ${definition.seed}; begun ${started.slice(0, 10)}, ${duration(seconds)} on ${backend}, ${
    plural(threads, "thread")
  }. Kept is the network of epoch ${best!.epoch}, step ${thousands(best!.step)}.`;
  return [
    markdownTable([
      { title: "", cells: lines.map(({ what }) => what) },
      { title: "definition", cells: lines.map(({ text }) => text) },
    ]),
    `${took}${data === null ? "" : ` The identity of all its data is \`${data.slice(0, 12)}\`.`}`,
  ].join("\n\n");
}

function results({ record, judgement }: CardOf): string {
  const table = compare([record]);
  const all = meansFirst(table.objects() as CompareRow[]);
  const rows = all.filter(({ kind }) => kind === "method");
  const cues = rows.map(({ set, role }) =>
    all.find((row) => row.kind === "probe" && row.set === set && row.role === role)
  );
  const number = (name: "accuracy" | "auc" | "averagePrecision") => ({
    cells: rows.map((row) => percentInterval(row[name], row[`${name}Low`], row[`${name}High`])),
    right: true,
  });
  const probe = probeNote(table);
  return [
    markdownTable([
      { title: "tested on", cells: rows.map(setName) },
      { title: "accuracy at 0.5, %", ...number("accuracy") },
      { title: "AUC, %", ...number("auc") },
      { title: "average precision, %", ...number("averagePrecision") },
      ...(probe === null ? [] : [{
        title: "AUC of trivial cues alone, %",
        cells: cues.map((row) => row === undefined ? "–" : percent(row.auc)),
        right: true,
      }]),
    ]),
    `${markdownText(intervalNote(1))}${probe === null ? "" : `\n\n${markdownText(probe)}`}`,
    ...(judgement.rates.length === 0 ? [] : [ratesTable(judgement.rates)]),
  ].join("\n\n");
}

/** How often verdicts were wrong at the frozen threshold. */
function ratesTable(rates: readonly Rates[]): string {
  return `At the frozen threshold:\n\n${
    markdownTable([
      { title: "test set", cells: rates.map(({ set }) => set) },
      { title: "photographs", cells: rates.map(({ real }) => thousands(real)), right: true },
      { title: "called fake, %", cells: rates.map(({ falseAlarms }) => percent(falseAlarms)), right: true },
      { title: "fakes", cells: rates.map(({ fake }) => thousands(fake)), right: true },
      { title: "called real, %", cells: rates.map(({ misses }) => percent(misses)), right: true },
    ])
  }`;
}

function judged({ threshold, frozen, calibration }: Judgement): string {
  const where = frozen === null
    ? `Fake is called above a score of ${threshold}, which nobody chose on validation data.`
    : `Fake is called above a score of ${threshold.toPrecision(4)}, frozen on ${
      counted(frozen.real, "photograph")
    } and ${counted(frozen.fake, "fake")} of the validation split, of which it calls ${
      percent(frozen.accuracy)
    } % right.`;
  return `${where} ${calibrationWords(calibration)}`;
}

function calibrationWords(calibration: Judgement["calibration"]): string {
  if (calibration === null) return "Probabilities are the network's own scores: they are not calibrated.";
  const { kind } = calibration;
  const how = kind === "temperature"
    ? `one temperature, ${calibration.temperature.toPrecision(4)}, that log-odds are divided by`
    : kind === "platt"
    ? `a line through the log-odds, ${calibration.slope.toPrecision(4)} · log-odds ${signed(calibration.offset)}`
    : "a rising function of the score (isotonic regression)";
  return `Probabilities are calibrated on validation by ${how}; on images of other generators they need not be.`;
}

function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"} ${Math.abs(value).toPrecision(4)}`;
}

/** What nobody knows of it, a sentence each. */
function limits({ record, definition, tested }: CardOf): string[] {
  const { scores, unreadable } = record;
  const sets = [...new Set(scores.set.filter((set) => set !== null))];
  const changes = [...new Set(scores.corruption.flatMap((change) => change ?? []))]
    .filter((change) => change !== EMPTY_CAPTIONS);
  return [
    sets.length === 0
      ? "It was tested on one set of images; of generators beyond it nothing is known."
      : `It was tested on ${sets.map(markdownText).join(", ")}. Of any other generator nothing is known.`,
    changes.length === 0
      ? "It was not tested on images that were stored again as JPEG, resized, blurred or cut after they were made."
      : `Changes after the making were tested as far as ${changes.slice(0, 12).map(markdownText).join(", ")}${
        changes.length > 12 ? ` and ${changes.length - 12} more` : ""
      }, and no others.`,
    tested === null ? "Sizes and formats of the test images are not told here." : testedWords(tested),
    ...(unreadable.length === 0
      ? []
      : [`${plural(unreadable.length, "image")} could not be read and were passed over.`]),
    ...(definition.view.kind === "crop"
      ? [
        `Of a larger image it sees the middle ${definition.view.size} × ${definition.view.size} alone, unless it is asked for all.`,
      ]
      : []),
    "One run under one seed: how much another seed differs is not in these numbers.",
    "A probability is no proof of who made a picture.",
  ];
}

function testedWords({ shorter, longer, formats, quality, images }: Tested): string {
  const range = ([least, most]: readonly [number, number]) => least === most ? `${least}` : `${least} to ${most}`;
  return `The test images (${plural(images, "header")} looked at) have shorter sides of ${
    range(shorter)
  } and longer sides of ${range(longer)} pixels, stored as ${formats.join(", ")}${
    quality === null ? "" : `, JPEG at qualities from ${quality[0]} to ${quality[1]}`
  }. On others its error rates may differ.`;
}

function licence({ model: { backbone: { weights } } }: Experiment): string {
  const own =
    "What was learned here has the licence that whoever publishes this folder gives it; the data that it was " +
    "trained on have licences of their own.";
  if (weights === null) return `It was trained from scratch. ${own}`;
  return `It began with the weights \`${weights}\`: ${markdownText(weightsOf(weights).licence)}. ${own}`;
}

function makeAgain({ id, fingerprint, environment: { counterproof, commit } }: RunRecord): string {
  return `\`\`\`sh
deno task run ${modelFiles.definition}
\`\`\`

The run is \`${id.slice(0, 12)}\`, its definition \`${
    fingerprint.slice(0, 12)
  }\`, made by Counterproof ${counterproof}${
    commit === null ? "" : ` at commit \`${commit.slice(0, 12)}\``
  }. On the same data a run of the definition has the same id.`;
}
