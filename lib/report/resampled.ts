/** What a method's scores are worth, by test set: drawn once, and put in the order of a table. */
import { bootstrap, type Resamples, type SetThresholds } from "../metrics/mod.ts";
import type { RunRecord, ScoreColumns } from "../types.ts";
import type { Method } from "./methods.ts";

/** What a row of a comparison speaks of: a test set, by whether its generator was trained on, or a mean over sets. */
export type Role = "trained" | "unseen" | "tested" | "mean" | "mean of unseen";

/** Something of one test set, or of a mean over them. */
export interface SetRow<T> {
  /** Test set, "mean" over all, or "unseen" for the mean over those whose generator was not trained on. */
  readonly set: string;
  readonly role: Role;
  readonly value: T;
}

/** Draws by first scores: a table, its differences and its page ask for the same ones (0.5 s a method with 3 seeds). */
const known = new WeakMap<ScoreColumns, Drawn[]>();

interface Drawn {
  readonly runs: readonly ScoreColumns[];
  readonly thresholds: readonly SetThresholds[] | null;
  readonly resamples: Resamples;
}

/** The resamples of a method's runs, made once for each set of them and of thresholds. */
export function drawn(
  { trained }: Pick<Method, "trained">,
  runs: readonly ScoreColumns[],
  thresholds: readonly SetThresholds[] | null = null,
): Resamples {
  const others = known.get(runs[0]) ?? [];
  const last = others.find((one) => same(one.runs, runs) && same(one.thresholds ?? [], thresholds ?? []));
  if (last !== undefined) return last.resamples;
  const resamples = bootstrap(runs, { trained: trained ?? [], ...(thresholds === null ? {} : { thresholds }) });
  known.set(runs[0], [{ runs, thresholds, resamples }, ...others.slice(0, 3)]);
  return resamples;
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** The scores of some runs. */
export function scoresOf(records: readonly RunRecord[]): ScoreColumns[] {
  return records.map(({ scores }) => scores);
}

/** Something of each test set and of the means over them. */
interface Sets<T> {
  readonly sets: ReadonlyMap<string, T>;
  readonly mean: T;
  /** Null when no test set is unseen. */
  readonly unseen: T | null;
}

/** Test sets trained on first, then the others, then the means. */
export function setRows<T>({ trained }: Pick<Method, "trained">, { sets, mean, unseen }: Sets<T>): SetRow<T>[] {
  const role = (set: string): Role => trained === null ? "tested" : trained.includes(set) ? "trained" : "unseen";
  const rows = [...sets].map(([set, value]): SetRow<T> => ({ set, role: role(set), value }));
  const means: SetRow<T>[] = [{ set: "mean", role: "mean", value: mean }];
  if (trained !== null && unseen !== null) means.push({ set: "unseen", role: "mean of unseen", value: unseen });
  return [...rows.filter((row) => row.role === "trained"), ...rows.filter((row) => row.role !== "trained"), ...means];
}
