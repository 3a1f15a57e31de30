import type { SweepTable } from "../../lib/cluster/events.ts";
import type { SweepRow } from "../../lib/cluster/rows.ts";

/** A row of a sweep, made up. */
export function madeUpRow(changes: Partial<SweepRow> = {}): SweepRow {
  return {
    ...{ name: "dual", seed: 1, tags: { λ: 0.05 }, id: "0".repeat(64), folder: "runs/dual-000000000000", point: 0 },
    ...{ status: "waiting", where: null, doing: "", epochs: 0, planned: 10, value: null, metric: "auc", error: null },
    ...changes,
  };
}

/** A table of some rows. */
export function madeUpTable(rows: readonly SweepRow[], changes: Partial<SweepTable> = {}): SweepTable {
  const place = "2 processes of 1 thread on this machine";
  return { rows, place, until: null, done: 2, total: 8, secondsLeft: null, ...changes };
}

/** One run of each way to stand. */
export const everyStanding: readonly SweepRow[] = [
  madeUpRow({ status: "done", epochs: 10, value: 0.912 }),
  madeUpRow({
    tags: { λ: 0.1 },
    status: "running",
    where: "process 71",
    doing: "step 12 of 40",
    epochs: 3,
    value: 0.85,
  }),
  madeUpRow({ tags: { λ: 0.2 }, status: "waiting", where: "memory" }),
  madeUpRow({ tags: { λ: 0.5 }, status: "paused", epochs: 3, value: 0.7 }),
  madeUpRow({ tags: { λ: 1 }, status: "stopped", epochs: 1, value: 0.5 }),
  madeUpRow({ tags: { λ: 2 }, status: "failed", error: "the loss is not finite\nsecond line" }),
];
