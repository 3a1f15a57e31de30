/** Brings the photographs of ELSA_D3, whose records name them by address alone, into the data folder. */
import { elsaD3Files } from "../layouts/elsa_d3.ts";
import { type Outcome, readLedger, realPlace } from "../layouts/elsa_reals.ts";
import { readRows, rowCount } from "../tables/cells.ts";
import type { Split } from "../types.ts";
import { download, type DownloadLimits } from "./fetch_one.ts";
import { openLedger } from "./ledger.ts";

/** How photographs are fetched. */
export interface FetchOptions extends DownloadLimits {
  /** How many at once. */
  readonly concurrency: number;
  /** Whether addresses that were dead are asked again. */
  readonly retryDead: boolean;
  /** Ends it early; what has come is kept. */
  readonly signal?: AbortSignal;
  /** Learns how far it is, after each record. */
  readonly tell?: (counts: FetchCounts) => void;
}

/** How many records came to what. */
export interface FetchCounts {
  /** Of all records. */
  readonly total: number;
  /** Photographs that are there, those of earlier calls included. */
  readonly there: number;
  /** Records whose address is dead or leads to no image, those of earlier calls included. */
  readonly dead: number;
  /** Records whose server did not answer this time, and is asked again by the next call. */
  readonly unreachable: number;
  /** Why addresses are dead, as "404" or "a web page", with how many. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What is asked for where nothing else is said. */
export const fetchDefaults = {
  concurrency: 32,
  retryDead: false,
  seconds: 20,
  attempts: 3,
  bytes: 64 * 2 ** 20,
} as const satisfies FetchOptions;

/** Columns that may hold the address: Hugging Face's name, and the one in Robust CLIP's code. */
const ADDRESSES = ["url", "img_url"];

/**
 * Fetches what is missing of the photographs of a split, file by file, `concurrency` at once. What came of each record
 * stands in a ledger beside the photographs as soon as it is known, so that a call that was killed goes on where it was;
 * a photograph whose line was not written is fetched again. Records in memory are those of one row group.
 *
 * @param where `data`, the data folder, which holds ELSA_D3
 * @throws {Deno.errors.NotFound} when there are no parquet files of the split
 * @throws {Error} when another process fetches the same file's photographs
 * @throws the signal's reason, when it is aborted
 */
export async function fetchReals(
  { data, split }: { readonly data: string; readonly split: Split },
  options: FetchOptions,
): Promise<FetchCounts> {
  const files = await elsaD3Files(data, split);
  const counts = { total: 0, there: 0, dead: 0, unreachable: 0, reasons: {} as Record<string, number> };
  const count = (outcome: Outcome | null): void => {
    if (outcome === null) counts.unreachable++;
    else if ("file" in outcome) counts.there++;
    else {
      counts.dead++;
      counts.reasons[outcome.dead] = (counts.reasons[outcome.dead] ?? 0) + 1;
    }
    options.tell?.({ ...counts });
  };
  for (const file of files) counts.total += await rowCount(`${data}/${file}`);
  for (const file of files) await fetchFile({ data, file }, { options, count });
  return counts;
}

/** The photographs of one parquet file. */
async function fetchFile(
  { data, file }: { data: string; file: string },
  { options, count }: { options: FetchOptions; count: (outcome: Outcome | null) => void },
): Promise<void> {
  const { folder, ledger } = realPlace(file);
  await Deno.mkdir(`${data}/${folder}`, { recursive: true });
  using lines = await openLedger(`${data}/${ledger}`);
  const known = await readLedger(data, file);
  const fetchOne = async (row: number, address: unknown): Promise<void> => {
    const outcome = await fetchRow(row, { address, folder: `${data}/${folder}`, options });
    if (outcome !== null) await lines.append(outcome);
    count(outcome);
  };
  const going = new Set<Promise<void>>();
  let failed: { error: unknown } | null = null;
  let row = -1;
  for await (const record of readRows(`${data}/${file}`, ADDRESSES)) {
    row++;
    if (failed !== null || options.signal?.aborted) break;
    const before = known.get(row);
    if (before !== undefined && !(options.retryDead && "dead" in before)) {
      count(before);
      continue;
    }
    const one = fetchOne(row, ADDRESSES.map((name) => record[name]).find((value) => value !== null))
      .catch((error) => void (failed ??= { error }))
      .finally(() => going.delete(one));
    going.add(one);
    if (going.size >= options.concurrency) await Promise.race(going);
  }
  await Promise.all(going);
  options.signal?.throwIfAborted();
  if (failed !== null) throw (failed as { error: unknown }).error; // assigned in a closure, which the compiler does not see
}

/** What came of one address; null where nobody answered. A photograph is renamed into its place when it is whole. */
async function fetchRow(
  row: number,
  { address, folder, options }: { address: unknown; folder: string; options: FetchOptions },
): Promise<Outcome | null> {
  if (typeof address !== "string" || !/^https?:/.test(address) || !URL.canParse(address)) {
    return { row, dead: "no address" };
  }
  const got = await download(address, options);
  if (got.kind === "unreachable") return null;
  if (got.kind === "dead") return { row, dead: got.why };
  const name = `${row}.${got.extension}`;
  // without a sync for each, which would take longer than the fetching: after a power cut the ledger may name one that
  // is empty, which is counted as unreadable when it is read
  await Deno.writeFile(`${folder}/${name}.part`, got.bytes);
  await Deno.rename(`${folder}/${name}.part`, `${folder}/${name}`);
  return { row, file: name };
}
