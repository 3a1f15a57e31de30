/** What is known of the photographs of ELSA_D3's records: which were fetched, and which are not to be had any more. */

/** Folder of the photographs below ELSA_D3. */
export const realFolder = "real";

/** What came of one record's address; a line of the ledger that stands beside the photographs of a file. */
export type Outcome =
  /** Name of the photograph's file. */
  | { readonly row: number; readonly file: string }
  /** Why there is none and will be none: what the server answered, or what it sent. */
  | { readonly row: number; readonly dead: string };

/** Where the photographs of one parquet file's records lie, and their ledger; below the data folder. */
export function realPlace(file: string): { readonly folder: string; readonly ledger: string } {
  const bare = file.replace(/^ELSA_D3\//, "").replace(/\.parquet$/, "");
  const folder = `ELSA_D3/${realFolder}/${bare}`;
  return { folder, ledger: `${folder}.jsonl` };
}

/**
 * What the ledger of a parquet file says, by row; empty where there is none. Of a row that comes twice the later line
 * counts; one that is cut off or damaged counts for nothing, and its photograph is fetched again.
 */
export async function readLedger(data: string, file: string): Promise<Map<number, Outcome>> {
  const text = await Deno.readTextFile(`${data}/${realPlace(file).ledger}`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const outcomes = text.split("\n").slice(0, -1).flatMap((line): Outcome[] => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  return new Map(outcomes.map((outcome) => [outcome.row, outcome]));
}

/** The photographs of a parquet file's records that were fetched, by row, as paths below the data folder. */
export async function fetchedReals(data: string, file: string): Promise<Map<number, string>> {
  const { folder } = realPlace(file);
  const reals = new Map<number, string>();
  for (const outcome of (await readLedger(data, file)).values()) {
    if ("file" in outcome) reals.set(outcome.row, `${folder}/${outcome.file}`);
  }
  return reals;
}
