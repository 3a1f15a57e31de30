import { join } from "node:path";
import { dual, published } from "../../experiments/dual_loss.ts";
import { methods } from "../../experiments/pocket.ts";
import type { System, Systems } from "../../lib/cli/systems.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import type { Claim } from "../../lib/report/mod.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { syntheticRecord } from "../report/records.ts";

const question = { of: "dual", against: "contrastive-only" } as const;

/** The dual loss as a system, with what is given in the place of its own. */
export function system(changes: Partial<System> = {}): System {
  const claim: Claim = { text: "it helps", ...question, metric: "accuracy", expected: "higher" };
  return {
    title: "Dual loss",
    file: "experiments/dual_loss.ts",
    recipe: () => dual(),
    published: {
      source: published.source,
      figures: [
        { variant: "contrastive-only", data: "GenImage", metric: "accuracy", percent: 77.18 },
        { variant: "dual", data: "GenImage", metric: "accuracy", percent: 81.01 },
      ],
    },
    pocket: methods,
    question,
    claims: [
      claim,
      { ...claim, text: "it is fast", metric: "epochsToReach", expected: "lower" },
      { ...claim, text: "it knows texts", undecidable: "every image here has the same text" },
    ],
    ...changes,
  };
}

/** Names that would be markup, links or other cells where they were not escaped. */
export const HOSTILE = ["*bold* | <script>", "[a](http://x) `b`"] as const;

/** Two systems: the dual loss, and one of two variants whose every name is hostile. */
export function twoSystems(): Systems {
  const [first, second] = HOSTILE;
  const made = (seed: number, epochs: number): Experiment => derive(methods.plain({ seed }), { epochs });
  return {
    "dual-loss": system(),
    "hostile": system({
      title: "# <b>Hostile</b> | _one_",
      pocket: { [first]: ({ seed }) => made(seed, 3), [second]: ({ seed }) => made(seed, 4) },
      question: { of: second, against: first },
      claims: [{ text: "| <i>x</i> |", of: second, against: first, metric: "auc", expected: "lower" }],
    }),
  };
}

/** How the made-up runs come out. */
export interface MadeUp {
  readonly seeds: readonly number[];
  /** How far each variant tells fakes from photographs, in standard deviations; others: 1, 1.1, … in their order. */
  readonly distance?: Readonly<Record<string, number>>;
  readonly changes?: Partial<RunRecord>;
}

/** Made-up runs of a system as it is defined, under the names of its definitions. */
export async function madeUpRuns({ pocket }: System, { seeds, distance = {}, changes }: MadeUp): Promise<RunRecord[]> {
  const hash = await pocketIdentity();
  return Object.entries(pocket).flatMap(([name, make], i) =>
    seeds.map((seed) => {
      const experiment = make({ seed });
      const synthetic = syntheticRecord({
        ...{ name, seed, terms: { classification: 0.7 }, distance: distance[name] ?? 1 + i / 10, sources: 8 },
        generators: ["latent-nearest", "pixel-ddpm", "latent-noskip"],
        ...{ probe: 7, epochs: 10, steps: 100, distances: name !== "plain" },
      });
      const environment = { ...synthetic.environment, hashes: { pocket: hash } };
      const print = fingerprint(experiment);
      return { ...synthetic, environment, id: print, fingerprint: print, experiment, ...changes };
    })
  );
}

/** Writes runs into a runs folder. */
export async function writeRuns(runs: string, records: readonly RunRecord[]): Promise<void> {
  for (const record of records) {
    await writeRecord(runFolder(runs, { name: record.experiment.name, id: record.id }), record);
  }
}

/** A runs folder with made-up runs of all systems. */
export async function storeOf(folder: string, systems: Systems, made: MadeUp): Promise<string> {
  const runs = join(folder, "runs");
  for (const one of Object.values(systems)) await writeRuns(runs, await madeUpRuns(one, made));
  return runs;
}
