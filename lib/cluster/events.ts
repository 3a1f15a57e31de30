import type { LackingEvent } from "../data/lacking.ts";
import type { RunRecord } from "../types.ts";
import type { SweepRow } from "./rows.ts";

/** How a sweep stands. */
export interface SweepTable {
  /** Every run, in the order of the definitions. */
  readonly rows: readonly SweepRow[];
  /** "2 processes of 1 thread on this machine"; null before the first starts. */
  readonly place: string | null;
  /** Epoch at whose end it is decided next who goes on; null: at none. */
  readonly until: number | null;
  /** Work that is behind it, of how much, in any unit. */
  readonly done: number;
  /** In that unit; grows where it is not known how long runs are. */
  readonly total: number;
  /** Null while nothing is known. */
  readonly secondsLeft: number | null;
}

/** What was decided of one point. */
export interface Decided {
  /** Of its first definition. */
  readonly name: string;
  /** Its place on the axes of the sweep. */
  readonly tags: SweepRow["tags"];
  /** At the end of that epoch, the mean over its seeds; null: one of its runs has failed. */
  readonly value: number | null;
  /** Whether it is trained further. */
  readonly goesOn: boolean;
}

/** What a sweep says while it goes; tables and bars are readers of it. */
export type SweepEvent =
  | LackingEvent
  /** Several times a second; whoever draws it draws as often as he likes. */
  | { readonly kind: "table"; readonly table: SweepTable }
  /** A run is done, or has failed. */
  | { readonly kind: "ended"; readonly row: SweepRow }
  /** It was decided at the end of an epoch who goes on. */
  | { readonly kind: "rung"; readonly epoch: number; readonly metric: string; readonly points: readonly Decided[] }
  | { readonly kind: "done"; readonly sweep: Sweep };

/** What came of a sweep. */
export interface Sweep {
  /** Of the runs that are done, in the order of the definitions. */
  readonly records: readonly RunRecord[];
  /** Every run, those among them that were stopped early or have failed. */
  readonly rows: readonly SweepRow[];
}
