/** What was published of a system, beside what runs on the pocket world say. */
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { metricWords } from "../report/metrics_text.ts";
import type { Published } from "../report/mod.ts";
import type { RunRecord } from "../types.ts";
import { load } from "./places.ts";
import type { System } from "./systems.ts";

type Report = typeof import("../report/mod.ts");
type Layouts = typeof import("../layouts/mod.ts");
type Layout = Experiment["data"]["train"][number];

/**
 * What a system's publication claims, beside what some runs of its variants say, and what the published experiment would
 * need. Null when the runs do not hold both variants of the question.
 *
 * @param records under their variants' names
 */
export async function besidePublished(system: System, records: readonly RunRecord[]): Promise<Published | null> {
  const { question: { of, against }, claims, published: { source, figures } } = system;
  const names = records.map(({ experiment }) => experiment.name);
  if (!names.includes(of) || !names.includes(against)) return null;
  const { judge, claimSentence } = await load<Report>("lib/report/mod.ts");
  const said = claims.map((claim) => `“${claim.text}”: ${claimSentence(judge(records, claim))}`);
  const told = figures.map(({ variant, data, metric, percent }) =>
    `${percent} % ${metricWords(metric).name} with ${variant} on ${data}`
  );
  const recipe = system.recipe();
  return {
    claim: `Published: ${told.join(", ") || "no figure that is at hand here"}. Source: ${source}.`,
    here: [
      ...said,
      "All of this speaks of small detectors on small generators, and neither confirms nor refutes what was published.",
    ],
    needs: await needs(recipe),
    command: `deno task run ${system.file}${await exportOf(system.file, recipe)} --data DIR`,
  };
}

/** What a definition of published size needs, one thing each. */
async function needs({ data, reconstruct, model, view, batch, epochs }: Experiment): Promise<string[]> {
  const { innermost } = await load<Layouts>("lib/layouts/mod.ts");
  const of = (layouts: readonly Layout[]): string => [...new Set(layouts.map(innermost).map(layoutText))].join(", ");
  const map = model.refine?.map ?? null;
  return [
    `data sets: ${of(data.train)} to train on` +
    `${data.validation === null ? "" : `, ${of(data.validation)} to validate`}, and ${of(data.test)} to test`,
    ...(reconstruct === null ? [] : [`reconstructions of every training image: ${partText(reconstruct)}`]),
    ...(map === null ? [] : [`error maps of every image: ${partText(map)}`]),
    ...(model.backbone.weights === null
      ? []
      : [`the weights of its backbone: deno task weights get ${model.backbone.weights}`]),
    `a machine that trains it ${epochs === null ? "until its schedule ends it" : `for ${epochs} epochs`} on ` +
    `${
      view.size === null || view.size === undefined ? "images" : `crops of ${view.size} pixels`
    }, ${batch.size} rows a step`,
  ];
}

function layoutText(layout: Layout): string {
  const { kind, generators } = layout as Layout & { readonly generators?: "all" | readonly string[] };
  if (generators === undefined) return kind;
  return `${kind} (${generators === "all" ? "all generators" : generators.join(", ")})`;
}

/** Kind of a part, with the pipeline that it asks and how often. */
function partText(part: object): string {
  const { kind, of, model, steps } = part as { kind: string; of?: string; model?: string; steps?: number };
  const words = [
    ...(of === undefined ? [] : [`of ${of === "both" ? "real and fake" : of}`]),
    ...(model === undefined ? [] : [`by the pipeline "${model}"`]),
    ...(steps === undefined ? [] : [`${steps} steps each`]),
  ];
  return [kind, ...words].join(", ");
}

/** Which export of a file a definition is, as "#dual"; nothing where none is, called without arguments. */
async function exportOf(file: string, experiment: Experiment): Promise<string> {
  const wanted = fingerprint(experiment);
  const module = await load<Record<string, unknown>>(file);
  const name = Object.keys(module).find((name) => {
    try {
      const value = module[name];
      return name !== "default" &&
        fingerprint((typeof value === "function" ? value() : value) as Experiment) === wanted;
    } catch {
      return false; // a function that wants arguments, or no definition
    }
  });
  return name === undefined ? "" : `#${name}`;
}
