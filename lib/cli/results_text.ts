import {
  arrivals,
  compare,
  comparisonMarkdown,
  differenceMarkdown,
  type DifferenceRow,
  differences,
  differencesBySeed,
  differenceSentence,
  duration,
  intervalNote,
  lastDistances,
  markdownTable,
  markdownText,
  meanAndSpread,
  methodNames,
  percent,
  points,
  pointsInterval,
  probeNote,
  type Published,
  spread,
  type TextColumn,
} from "../report/mod.ts";
import type { Environment, RunRecord } from "../types.ts";
import { QUESTION } from "./published.ts";

/** What is told beside the runs. */
export interface ResultsOptions {
  /** Hash of the pocket world on which all of them were made. */
  readonly world: string;
  /** Null: the runs do not answer the published question. */
  readonly published: Published | null;
}

/** The pairs whose differences answer something: the question first, then one step of the ablation each, then all of it. */
const PAIRS = [
  QUESTION,
  { of: "contrastive-only", against: "with-reconstructions" },
  { of: "with-reconstructions", against: "plain" },
  { of: "dual", against: "plain" },
] as const;

/**
 * The results of the ablation as Markdown. Holds no date and nothing of the machine it is written on: equal records give
 * equal text.
 *
 * @param records finished runs of all four variants under the same seeds
 */
export function resultsText(records: readonly RunRecord[], { world, published }: ResultsOptions): string {
  const table = compare(records);
  const seeds = [...new Set(records.map(({ experiment }) => experiment.seed))].sort((a, b) => a - b);
  const question = differences(records, QUESTION);
  const probe = probeNote(table);
  const blocks = [
    "# Results on the pocket world",
    "Written by `deno task results` from the records of finished runs; nothing here is typed. " +
    "What the pocket world is and what it is not stands in `lib/pocket/README.md`.",
    differenceSentence(question),
    differenceSentence(question, { metric: "auc" }),
    "## What was run",
    `${records.length} runs: ${methodNames(table).map(markdownText).join(", ")}, each under the seeds ` +
    `${seeds.join(", ")}, as \`experiments/pocket.ts\` defines them. Made with:`,
    "```sh\n" + makingCommand(records, seeds) + "\n```",
    originTable(records, world),
    "## Accuracy by generator, %",
    comparisonMarkdown(table, { metric: "accuracy" }),
    "## AUC by generator, %",
    comparisonMarkdown(table, { metric: "auc" }),
    `${intervalNote(seeds.length)} The mean of unseen is over the generators that training did not show.`,
    ...(probe === null ? [] : [probe]),
    "## Paired differences",
    "Over the unseen generators, in percentage points, with the 95 % interval and the difference of each seed's own two " +
    "runs: both methods see the same draws of photographs and seeds.",
    pairsTable(records, { metric: "accuracy", seeds }),
    pairsTable(records, { metric: "auc", seeds }),
    `By generator, ${QUESTION.of} − ${QUESTION.against}:`,
    differenceMarkdown(question),
    "## Embedding distances",
    ...distancesBlocks(records),
    "## Epochs",
    ...epochsBlocks(records),
    "## Time",
    timeTable(records),
    ...(published === null ? [] : publishedBlocks(published)),
  ];
  return blocks.join("\n\n") + "\n";
}

function makingCommand(records: readonly RunRecord[], seeds: readonly number[]): string {
  const backends = [...new Set(records.map(({ environment }) => environment.backend))];
  const on = backends.length === 1 ? ` --backend ${backends[0]}` : "";
  if (seeds.every((seed, i) => seed === i + 1)) return `deno task demo --seeds ${seeds.length}${on}`;
  return seeds.map((seed) => `deno task run experiments/pocket.ts --seed ${seed}${on}`).join("\n");
}

/** World, commits, backends and versions; several values where runs differ. */
function originTable(records: readonly RunRecord[], world: string): string {
  const all = (of: (environment: Environment) => string): string =>
    [...new Set(records.map(({ environment }) => of(environment)))].sort().join("; ");
  const facts: [string, string][] = [
    ["world", world],
    ["commit", all(({ commit }) => commit ?? "none")],
    ["backend", all(({ backend, threads }) => `${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`)],
    ["counterproof", all(({ counterproof }) => counterproof)],
    ["deno", all(({ deno, v8 }) => `${deno} (V8 ${v8})`)],
    ["system", all(({ system }) => system)],
    ["packages", all(({ packages }) => Object.entries(packages).map((pair) => pair.join(" ")).join(", "))],
  ];
  return markdownTable([
    { title: "made on", cells: facts.map(([name]) => name) },
    { title: "", cells: facts.map(([, value]) => value) },
  ]);
}

/** Every pair with its interval and each seed's own difference. */
function pairsTable(
  records: readonly RunRecord[],
  { metric, seeds }: { readonly metric: "accuracy" | "auc"; readonly seeds: readonly number[] },
): string {
  const rows = PAIRS.map((pair) => {
    const rows = differences(records, pair).objects() as DifferenceRow[];
    const mean = rows.find(({ role }) => role === "mean of unseen") ?? rows.find(({ role }) => role === "mean")!;
    return { pair, mean, own: differencesBySeed(records, pair) };
  });
  return markdownTable([
    { title: metric === "auc" ? "AUC" : metric, cells: rows.map(({ pair }) => `${pair.of} − ${pair.against}`) },
    {
      title: "points [95 %]",
      cells: rows.map(({ mean }) => pointsInterval(mean[metric], mean[`${metric}Low`], mean[`${metric}High`])),
      right: true,
    },
    ...seeds.map((seed): TextColumn => ({
      title: `seed ${seed}`,
      cells: rows.map(({ own }) => {
        const found = own.find((one) => one.seed === seed);
        return found === undefined ? "–" : points(found[metric]);
      }),
      right: true,
    })),
  ]);
}

function distancesBlocks(records: readonly RunRecord[]): string[] {
  const rows = lastDistances(records);
  if (rows.length === 0) return ["These runs hold no embedding distances."];
  const column = (title: string, of: "real" | "fake" | "gap"): TextColumn => ({
    title,
    cells: rows.map((row) => row[of] === null ? "–" : spread(row[of], 4)),
    right: true,
  });
  return [
    "Mean squared distance (0 to 4) of the unit embeddings of validation samples and their reconstructions after the " +
    "last epoch; mean ± standard deviation over seeds.",
    markdownTable([
      { title: "variant", cells: rows.map(({ method }) => method) },
      column("real ↔ its reconstruction", "real"),
      column("fake ↔ its reconstruction", "fake"),
      column("real − fake", "gap"),
    ]),
  ];
}

function epochsBlocks(records: readonly RunRecord[]): string[] {
  const rows = byMethod(records).map(([name, own]) => ({ name, found: arrivals(own) }));
  return [
    "The first epoch whose accuracy on the validation split is within half a point of the best of any epoch. " +
    "Validation knows only the generator that was trained on.",
    markdownTable([
      { title: "variant", cells: rows.map(({ name }) => name) },
      { title: "epoch, by seed", cells: rows.map(({ found }) => found.map(({ epoch }) => epoch).join(", ") || "–") },
      { title: "mean", cells: rows.map(({ found }) => over(found.map(({ epoch }) => epoch), 1)), right: true },
      { title: "of", cells: rows.map(({ name }) => String(epochsOf(records, name))), right: true },
      {
        title: "best accuracy, %",
        cells: rows.map(({ found }) => found.map(({ best }) => percent(best)).join(", ") || "–"),
        right: true,
      },
    ]),
  ];
}

function timeTable(records: readonly RunRecord[]): string {
  const rows = byMethod(records);
  const seconds = rows.map(([, own]) => own.map((record) => record.seconds));
  return markdownTable([
    { title: "variant", cells: rows.map(([name]) => name) },
    { title: "seconds a run", cells: seconds.map((values) => over(values, 0)), right: true },
    {
      title: "all seeds",
      cells: seconds.map((values) => duration(values.reduce((sum, value) => sum + value, 0))),
      right: true,
    },
  ]);
}

function publishedBlocks({ claim, here, needs, command }: Published): string[] {
  return [
    "## Beside the published numbers",
    claim,
    here,
    "Doing the published experiment again needs",
    needs.map((need) => `- ${need}`).join("\n"),
    ...(command === undefined ? [] : ["and then", "```sh\n" + command + "\n```"]),
  ];
}

function byMethod(records: readonly RunRecord[]): [string, RunRecord[]][] {
  return [...Map.groupBy(records, ({ experiment }) => experiment.name)];
}

function epochsOf(records: readonly RunRecord[], name: string): number {
  return Math.max(...records.filter(({ experiment }) => experiment.name === name).map(({ history }) => history.length));
}

/** Mean ± standard deviation, a dash of nothing. */
function over(values: readonly number[], digits: number): string {
  const found = meanAndSpread(values);
  return found === null ? "–" : spread(found, digits);
}
