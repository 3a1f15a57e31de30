import { readGroups, type Table } from "../tables/parquet.ts";
import { indexColumns, type IndexRow } from "./index_rows.ts";

type Group = { readonly rows: Table<typeof indexColumns>; readonly places: ReadonlyMap<string, number> };

/** Rows of earlier indexes, looked up by those who walk the same data set again. */
export interface Earlier {
  /** The row of a sample, null where there is none nearby. */
  find(id: string): IndexRow | null;
  /** To be called after every group of samples: moves on to where they stand. */
  advance(): Promise<void>;
}

/**
 * Looks rows up in a window of two row groups, which follows the walk: a data set is walked in one order, so that the row
 * of a sample stands near those of its neighbours. Where so much was added or removed that it does not, the row is not
 * found, and its file is read once more.
 *
 * @param files indexes, or parts of one, that together have one order
 */
export async function earlierRows(files: readonly string[]): Promise<Earlier> {
  const groups = readAll(files);
  const window: Group[] = [];
  let found = [0, 0];
  const more = async (): Promise<void> => {
    const { value, done } = await groups.next();
    if (!done) window.push({ rows: value, places: new Map(value.id.map((id, row) => [id, row])) });
  };
  await more();
  await more();
  return {
    find(id) {
      for (const [i, { rows, places }] of window.entries()) {
        const row = places.get(id);
        if (row === undefined) continue;
        found[i]++;
        return rowAt(rows, row);
      }
      return null;
    },
    async advance() {
      if (found[1] > 0 || found[0] === 0) {
        window.shift();
        await more();
      }
      found = [0, 0];
    },
  };
}

/** An index that is damaged is as good as none. */
async function* readAll(files: readonly string[]): AsyncGenerator<Table<typeof indexColumns>, void> {
  for (const file of files) {
    try {
      yield* readGroups(file, indexColumns);
    } catch (error) {
      const none = error instanceof SyntaxError || error instanceof TypeError || error instanceof Deno.errors.NotFound;
      if (!none) throw error;
    }
  }
}

function rowAt(rows: Table<typeof indexColumns>, row: number): IndexRow {
  return Object.fromEntries(Object.entries(rows).map(([name, values]) => [name, values[row]])) as unknown as IndexRow;
}
