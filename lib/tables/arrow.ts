/** Tables as files of Apache Arrow (IPC, "Feather version 2"), which pyarrow, pandas, polars, R and DuckDB read. */
import {
  bool,
  columnFromArray,
  type DataType,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";
import { checkTable, type Table, type TableTypes, type ValueTypes } from "./columns.ts";

/** Each type as Arrow has it; every column of Arrow may lack values. */
const TYPES: Readonly<Record<keyof ValueTypes, () => DataType>> = {
  "string": utf8,
  "string or null": utf8,
  "double": float64,
  "double or null": float64,
  "whole": int64,
  "whole or null": int64,
  "boolean": bool,
  "boolean or null": bool,
};

/**
 * The bytes of an Arrow file with these columns. The same values give the same bytes.
 *
 * @throws as {@linkcode checkTable}
 */
export function writeArrow<T extends TableTypes>(types: T, table: Table<T>): Uint8Array<ArrayBuffer> {
  checkTable(types, table);
  const columns = Object.keys(types).map((name) =>
    [name, columnFromArray(table[name] as unknown[], TYPES[types[name]]())] as [
      string,
      ReturnType<typeof columnFromArray>,
    ]
  );
  return tableToIPC(tableFromColumns(columns), { format: "file" }) as Uint8Array<ArrayBuffer>;
}
