/** The golden set: its cases, their tensors, and what is still pending. */
import { readSafetensors, type Stored } from "../../lib/engine/safetensors.ts";
import { parsePythonJson } from "../../lib/reconstruct/noise/mod.ts";

/** One case of `cases.json`. */
export interface GoldenCase {
  readonly name: string;
  readonly file: string;
  readonly kind: string;
  // deno-lint-ignore no-explicit-any -- every kind has options of its own, and checks those it reads
  readonly config: any;
  /** Largest allowed |got − want| / max(1, max |want|). */
  readonly tolerance: number;
}

/** A case and its tensors by name (`in.`, `param.`, `out.`, `grad.`). */
export interface OpenCase extends GoldenCase {
  readonly tensors: ReadonlyMap<string, Stored>;
  /** Columns of a table that belong to parts still to come. */
  readonly pendingColumns: readonly string[];
}

/** What is still to come: a kind, or those of its cases whose options match, or columns of their tables. */
export interface Pending {
  readonly kind: string;
  readonly where?: Readonly<Record<string, unknown>>;
  readonly columns?: readonly string[];
  readonly issue: number;
}

/** One comparison: what the house computes and what the reference did. */
export interface Comparison {
  readonly got: ArrayLike<number>;
  readonly want: ArrayLike<number>;
}

/** Results of a case under the names of its `out.` and `grad.` tensors, or with what they are compared to. */
export type Computed = Readonly<Record<string, Comparison | ArrayLike<number>>>;

/** Computes the results of a case. */
export type Compute = (open: OpenCase) => Computed | Promise<Computed>;

/** The folder of the golden set: `GOLDEN_DIR`, or the project's own copy. */
export function goldenFolder(): string {
  return Deno.env.get("GOLDEN_DIR") ?? new URL("../golden", import.meta.url).pathname;
}

/** All cases of a set. The reference wrote it with Python, whose JSON has bare infinities. */
export function readCases(folder: string): readonly GoldenCase[] {
  const { cases } = parsePythonJson(Deno.readTextFileSync(`${folder}/cases.json`)) as { cases: readonly GoldenCase[] };
  return cases;
}

/** What is pending: the project's own list, whatever set is read. */
export function readPending(): readonly Pending[] {
  return JSON.parse(Deno.readTextFileSync(new URL("../golden/pending.json", import.meta.url)));
}

/** Whether a pending entry speaks of a case. */
export function speaksOf(pending: Pending, { kind, config }: GoldenCase): boolean {
  if (pending.kind !== kind) return false;
  if (!Object.entries(pending.where ?? {}).every(([key, value]) => config[key] === value)) return false;
  return pending.columns?.every((column) => config.columns?.includes(column)) ?? true;
}

/** A case with its tensors. */
export async function openCase(folder: string, golden: GoldenCase, pending: readonly Pending[]): Promise<OpenCase> {
  const tensors = readSafetensors(await Deno.readFile(`${folder}/${golden.file}`));
  const pendingColumns = pending.filter((entry) => speaksOf(entry, golden)).flatMap(({ columns }) => columns ?? []);
  return { ...golden, tensors, pendingColumns };
}

/** The values of a tensor of the case as plain numbers. */
export function valuesOf({ name, tensors }: OpenCase, key: string): number[] {
  const stored = tensors.get(key);
  if (stored === undefined) throw new TypeError(`Cannot read "${key}" of case "${name}": the file has no such tensor`);
  return Array.from(stored.data as ArrayLike<number | bigint>, Number);
}

/** The shape of a tensor of the case, PyTorch's axes. */
export function shapeOf({ name, tensors }: OpenCase, key: string): readonly number[] {
  const stored = tensors.get(key);
  if (stored === undefined) throw new TypeError(`Cannot read "${key}" of case "${name}": the file has no such tensor`);
  return stored.shape;
}

/** Refuses an option that the runner would otherwise read past. */
export function only(open: GoldenCase, key: string, known: readonly unknown[]): void {
  const given = open.config[key];
  if (!known.some((value) => JSON.stringify(value) === JSON.stringify(given))) {
    throw new TypeError(
      `Cannot compute case "${open.name}": ${key} is ${JSON.stringify(given)}, expected ${JSON.stringify(known)}`,
    );
  }
}

/** |got − want| / max(1, max |want|), the largest over all values; infinite where lengths differ or a value is NaN. */
export function distance({ got, want }: Comparison): number {
  if (got.length !== want.length) return Infinity;
  let scale = 1, worst = 0;
  for (let i = 0; i < want.length; i++) scale = Math.max(scale, Math.abs(want[i]));
  for (let i = 0; i < want.length; i++) {
    const gap = Math.abs(got[i] - want[i]);
    if (!(gap <= worst)) worst = Number.isNaN(gap) ? Infinity : gap;
  }
  return worst / scale;
}
