/** The short form of `check-results`: the first epoch of runs, made again. */
import { environment } from "../runs/environment.ts";
import type { RunEvent } from "../types.ts";
import type { WantedRun } from "./check_results.ts";
import { type CheckRow, firstRows } from "./check_rows.ts";
import { load } from "./places.ts";
import { type FirstEpoch, firstEpoch } from "./results_numbers.ts";
import type { RunAll } from "./run_all.ts";

/** A run whose numbers tell its first epoch. */
type Begun = WantedRun & { readonly committed: { readonly first: FirstEpoch } };

/** @throws {Error} when numbers were written before first epochs were told */
export function withFirst(wanted: readonly WantedRun[], file: string): Begun[] {
  return wanted.map((one) => {
    const { first } = one.committed;
    if (first !== undefined) return { ...one, committed: { ...one.committed, first } };
    throw new Error(
      `Cannot check the first epoch of "${one.key}": "${file}" does not tell it. Write it again, from the same runs, ` +
        "with: deno task results",
    );
  });
}

/** Makes the first epoch of the runs again and sets it beside the committed one. */
export async function compareFirst(
  wanted: readonly Begun[],
  { progress, events, ...where }: RunAll,
): Promise<CheckRow[]> {
  const follow = events ?? (await load<typeof import("../run.ts")>("lib/run.ts")).events;
  const { useBackend } = await load<typeof import("../engine/backend.ts")>("lib/engine/backend.ts");
  const rows: CheckRow[] = [];
  for (const [index, { key, committed, experiment }] of wanted.entries()) {
    const first = await epochOf(
      follow(experiment, where),
      (share, words) => progress.update(index + share, wanted.length, `${experiment.name}: ${words}`),
    );
    const { name, threads } = await useBackend(where.backend, { threads: where.threads });
    const here = await environment({ backend: name, threads, hashes: {} });
    rows.push(...firstRows(key, committed, { experiment, first, environment: here }));
    progress.say(`${experiment.name}, seed ${experiment.seed}: first epoch done`);
  }
  return rows;
}

/** Reads what a run tells until its first epoch is over, and thereby stops it. */
async function epochOf(
  events: AsyncIterable<RunEvent>,
  told: (share: number, words: string) => void,
): Promise<FirstEpoch> {
  let steps = Infinity;
  for await (const event of events) {
    if (event.kind === "epoch") return firstEpoch(event.row);
    if (event.kind === "done") return firstEpoch(event.record.history[0]);
    if (event.kind === "making") told(0, `${event.part}, ${event.done} of ${event.total} images`);
    if (event.kind === "start") steps = event.steps / (event.epochs ?? 1);
    if (event.kind === "step") told(event.row.step / steps, `step ${event.row.step} of ${Math.round(steps)}`);
  }
  throw new Error("Cannot compare a run: it ended before its first epoch did");
}
