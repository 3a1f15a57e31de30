/** A cell of a parquet file that holds the bytes of an image file. */
export interface Cell {
  readonly path: string;
  /** Counted from 0. */
  readonly row: number;
  readonly column: string;
}

/** The cell that `path.parquet#ROW/COLUMN` names, null for what names none. */
export function parseCell(file: string): Cell | null {
  const found = /^(.+\.parquet)#(\d+)\/(.+)$/s.exec(file);
  return found === null ? null : { path: found[1], row: Number(found[2]), column: found[3] };
}
