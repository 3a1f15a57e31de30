import { checkChoice } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { readRows, type Row, rowCount } from "../tables/cells.ts";
import type { Sample, Split } from "../types.ts";
import { fetchedReals, realFolder } from "./elsa_reals.ts";
import { nameOf, tablesBelow } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkLimit, type Limit } from "./options.ts";
import { dataOf, drawn } from "./places.ts";

/**
 * ELSA_D3 (Baraldi et al., ECCV 2024): records of a photograph, named by its address, and four images that generators
 * made for its caption, which stand in the records. Read from the parquet files below `<data>/ELSA_D3`; those whose path
 * says `train` are the training split, those that say `val`, `validation` or `test` the test split, and there is no
 * other: a validation split is a share of train.
 *
 * Photographs are what `deno task data fetch DIR` has brought to `<data>/ELSA_D3/real`; addresses die,
 * and many records have none any more. The caption of a photograph is its own (`original_prompt`), that of a fake the
 * prompt that it was made by (`positive_prompt`), as Robust CLIP's code takes them. All images of a record have it as
 * their source; all generators are scored against all photographs.
 */
export interface ElsaD3 extends Part<"elsaD3"> {
  /** Whether the fakes of records without a photograph are samples. */
  readonly withoutReal: "keep" | "drop";
  /** How many records of a split, so that content stays matched; null: all. */
  readonly limit: Limit | null;
}

/** Makes an {@linkcode ElsaD3} part. */
export const elsaD3: Maker<ElsaD3> = part("elsaD3", { withoutReal: "drop", limit: null }, {
  check: ({ withoutReal, limit }) => {
    checkChoice("elsaD3.withoutReal", withoutReal, ["keep", "drop"]);
    checkLimit("elsaD3.limit", limit);
  },
});

/** Images of a record. */
const IMAGES = 4;

const columns = [
  "id",
  "original_prompt",
  "positive_prompt",
  ...Array.from({ length: IMAGES }, (_, i) => `model_gen${i}`),
];

/**
 * The samples of one split, record by record: its photograph, where it was fetched, then its fakes. One row group of a
 * file is in memory at a time.
 *
 * @param roots `tell` learns how many records have no photograph
 * @throws {Deno.errors.NotFound} when there are no parquet files of the split
 * @throws {SyntaxError} for a damaged one
 */
export async function* elsaD3Samples(spec: ElsaD3, { data: given, split, tell }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("elsaD3", { data: given, expected: "ELSA_D3" });
  const files = await elsaD3Files(data, split);
  const kept = spec.limit === null ? null : await keptRecords(files, { data, split, limit: spec.limit });
  let [records, bare, at] = [0, 0, 0];
  for (const file of files) {
    const reals = await fetchedReals(data, file);
    let row = 0;
    for await (const record of readRows(`${data}/${file}`, columns)) {
      const place = { data, file, row: row++, split };
      if (kept !== null && !kept.has(at++)) continue;
      const real = reals.get(place.row) ?? null;
      records++;
      if (real === null) bare++;
      if (real !== null || spec.withoutReal === "keep") yield* samplesOf(record, real, place);
    }
  }
  if (bare === 0) return;
  tell?.(
    `${bare} of ${records} records of elsaD3 (${split}) have no photograph, and are ` +
      `${spec.withoutReal === "keep" ? "kept without" : "dropped"}. Fetch them: deno task data fetch DIR`,
  );
}

/**
 * The parquet files of a split, by their paths below the data folder, sorted.
 *
 * @throws {Deno.errors.NotFound} when there are none
 */
export async function elsaD3Files(data: string, split: Split): Promise<string[]> {
  const files: string[] = [];
  for await (const path of tablesBelow(`${data}/ELSA_D3`, { but: realFolder })) {
    if (splitOf(path) === split) files.push(`ELSA_D3/${path}`);
  }
  if (files.length > 0 || split === "validation") return files;
  throw new Deno.errors.NotFound(
    `Cannot read the ${split} split of elsaD3 from "${data}/ELSA_D3": found no parquet files whose path says ` +
      `${split === "train" ? "train" : "validation, val or test"}. Put those of elsaEU/ELSA_D3 there`,
  );
}

function splitOf(path: string): Split | null {
  const words = path.toLowerCase().split(/[^a-z]+/);
  if (words.includes("train")) return "train";
  return words.some((word) => word === "validation" || word === "val" || word === "test") ? "test" : null;
}

/** Which records of all files a limit keeps, counted through. */
async function keptRecords(
  files: readonly string[],
  { data, split, limit }: { data: string; split: Split; limit: Limit },
): Promise<Set<number>> {
  let count = 0;
  for (const file of files) count += await rowCount(`${data}/${file}`);
  return new Set(drawn(count, { ...limit, names: ["elsaD3", split] }));
}

function* samplesOf(
  record: Row,
  real: string | null,
  { data, file, row, split }: { data: string; file: string; row: number; split: Split },
): Generator<Sample> {
  const name = typeof record.id === "string" || typeof record.id === "bigint" ? String(record.id) : `${file}#${row}`;
  const common = { split, source: `ELSA_D3/${name}` };
  const text = (value: unknown): string | null => typeof value === "string" ? value : null;
  if (real !== null) {
    yield {
      ...common,
      id: real,
      file: `${data}/${real}`,
      label: "real",
      generator: null,
      set: null,
      caption: text(record.original_prompt),
    };
  }
  for (let i = 0; i < IMAGES; i++) {
    const generator = nameOf(text(record[`model_gen${i}`]) ?? `image_gen${i}`);
    const id = `${file}#${row}/image_gen${i}`;
    yield {
      ...common,
      id,
      file: `${data}/${id}`,
      label: "fake",
      generator,
      set: generator,
      caption: text(record.positive_prompt),
    };
  }
}
