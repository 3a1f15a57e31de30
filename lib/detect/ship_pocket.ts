/** A finished run made into the detector that is shipped: weights, and a card that tells all that is known of them. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ece } from "../metrics/ece.ts";
import { calibrated } from "../metrics/calibration.ts";
import { testSets } from "../metrics/test_sets.ts";
import { thousands } from "../report/numbers.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { readRecord } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import { type Judgement, judgementOf, type Rates } from "./judgement.ts";
import { CARD, type PocketCard } from "./pocket_detector.ts";
import type { Tested } from "./tested.ts";

const WEIGHTS = "pocket.safetensors";

/** Of the weights and of the card; the photographs' licences are told beside the world. */
const LICENCE =
  "Apache-2.0; trained on photographs in the public domain, under CC0 1.0, CC BY 2.0 and CC BY 3.0, whose " +
  "authors lib/pocket/README.md names";

/**
 * Writes a run's best network and its card into a folder.
 *
 * @param options `made`: the command that does all of it again; `tested`: what the run's test images have in common
 * @throws {Error} when nothing was frozen on its validation split, as in a run that is not done
 */
export async function shipPocket(
  run: string,
  { folder, made, tested }: { readonly folder: string; readonly made: string; readonly tested: Tested | null },
): Promise<PocketCard> {
  const record = await readRecord(run);
  const { frozen, experiment, id, best } = record;
  if (frozen === null || best === null) {
    throw new Error(
      `Cannot ship the run in "${run}": nothing was frozen on its validation split, expected one that is done`,
    );
  }
  const judgement = judgementOf(record);
  const bytes = await Deno.readFile(join(run, best.checkpoint));
  const card: PocketCard = {
    ...{ format: 1, name: "pocket", about: aboutOf(record, judgement.rates), licence: LICENCE, made, experiment, id },
    weights: { file: WEIGHTS, sha256: createHash("sha256").update(bytes).digest("hex") },
    ...{ judgement, ece: eceOf(record, judgement), tested },
  };
  await Deno.mkdir(folder, { recursive: true });
  await writeAtomic(join(folder, WEIGHTS), bytes);
  await writeAtomic(join(folder, CARD), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

/** Over all test images once. */
function eceOf({ scores }: RunRecord, { calibration }: Judgement): PocketCard["ece"] {
  const rows = [...new Set([...testSets(scores).values()].flatMap((set) => [...set]))];
  const labels = rows.map((row) => scores.label[row]), score = rows.map((row) => scores.score[row]);
  const of = (values: ArrayLike<number>) => Number(ece(labels, values, { bins: 15 }).toPrecision(4));
  return { score: of(score), calibrated: of(calibration === null ? score : calibrated(calibration, score)) };
}

function aboutOf({ experiment }: RunRecord, rates: readonly Rates[]): string[] {
  const all = rates.find(({ set }) => set === "all")!;
  const trained = experiment.data.train.flatMap((layout) => "generators" in layout ? layout.generators : []);
  const wrong = rates.filter(({ set }) => set !== "all");
  const [least, most] = [Math.min, Math.max].map((pick) => pick(...wrong.map(({ misses }) => misses)));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `A small network for trying things out, trained on ${trained.join(", ")} of the pocket world by the recipe ` +
    `"${experiment.name}"`,
    `On test patches of photographs it never saw it calls ${percent(all.falseAlarms)} of ${thousands(all.real)} real ` +
    `ones fake and misses ${percent(all.misses)} of ${thousands(all.fake)} fakes: from ${percent(least)} to ` +
    `${percent(most)} by generator`,
    "It knows none of today's large generators: its verdicts on pictures from outside the pocket world mean nothing",
  ];
}
