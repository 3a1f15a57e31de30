/** What is told of a system's runs: computed once, for the page, its figures and the numbers beside it. */
import {
  type ClaimRow,
  claimRows,
  compare,
  comparedPairs,
  judge,
  type PairRow,
  pairRows,
  type Published,
} from "../report/mod.ts";
import { besidePublished } from "./published.ts";
import { type ResultFigure, systemFigures } from "./results_figures.ts";
import type { SystemRuns } from "./system_runs.ts";

/** A system, its runs, and what they say. */
export interface Told extends SystemRuns {
  /** What `compare` gives. */
  readonly table: ReturnType<typeof compare>;
  /** The pairs that answer something, the question first. */
  readonly pairs: { readonly accuracy: readonly PairRow[]; readonly auc: readonly PairRow[] };
  readonly claims: readonly ClaimRow[];
  /** Null: the runs hold not both variants of the question. */
  readonly published: Published | null;
  readonly figures: readonly ResultFigure[];
}

/** Reads what there is to tell out of a system's runs. */
export async function tell(runs: SystemRuns): Promise<Told> {
  const { system, records } = runs;
  const { title, question, claims, pocket, published: { figures } } = system;
  const pairs = comparedPairs({ variants: Object.keys(pocket), question, claims });
  const told = {
    ...runs,
    table: compare(records),
    pairs: { accuracy: pairRows(records, pairs, "accuracy"), auc: pairRows(records, pairs, "auc") },
    claims: claimRows(claims.map((claim) => judge(records, claim)), { system: title, figures }),
    published: await besidePublished(system, records),
  };
  return { ...told, figures: systemFigures(told) };
}
