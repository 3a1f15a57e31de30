/** One page of a column in a parquet file, as its head describes it. */
export interface PageHead {
  /** 0 and 3: values, of the first and the second form; 2: the dictionary that values point into. */
  readonly kind: number;
  /** Of the head itself. */
  readonly headBytes: number;
  /** Of what follows it, compressed. */
  readonly bytes: number;
  /** Values that it holds, nulls included; in columns without lists, rows. */
  readonly values: number;
  /** How they are written, as parquet.thrift counts the ways; 2 and 8 point into the dictionary. */
  readonly encoding: number;
}

/** What a reader of the compact protocol knows: where it stands. */
interface Cursor {
  readonly view: DataView;
  at: number;
}

/**
 * The head of a page, as Thrift's compact protocol writes it.
 *
 * @param bytes from the first of the head on
 * @throws {RangeError} when the bytes end before the head does, or are no head
 *
 * Source: parquet.thrift of Apache Parquet, `PageHeader`; the compact protocol of Apache Thrift.
 */
export function pageHead(bytes: Uint8Array): PageHead {
  const cursor = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  const found = new Map<string, number>();
  readStruct(cursor, 0, "", found);
  const kind = found.get("1");
  const packed = found.get("3");
  const values = found.get("5.1") ?? found.get("7.1") ?? found.get("8.3") ?? 0;
  if (kind === undefined || packed === undefined || packed < 0 || values < 0) {
    throw new RangeError("Cannot read the head of a page: it lacks its kind or its size");
  }
  const encoding = found.get("5.2") ?? found.get("8.4") ?? 0;
  return { kind, headBytes: cursor.at, bytes: packed, values, encoding };
}

/** Levels of structures in one another that a head may have; it has three. */
const DEEPEST = 8;

/** Reads all fields of a structure, and keeps its whole numbers by the path of their numbers, as "5.1". */
function readStruct(cursor: Cursor, depth: number, path: string, found: Map<string, number>): void {
  if (depth > DEEPEST) throw new RangeError("Cannot read the head of a page: it is nested too deeply");
  for (let id = 0;;) {
    const byte = cursor.view.getUint8(cursor.at++);
    if (byte === 0) return;
    id = byte >> 4 === 0 ? zigzag(cursor) : id + (byte >> 4);
    readValue(cursor, { type: byte & 15, depth, path: `${path}${id}`, found });
  }
}

function readValue(
  cursor: Cursor,
  { type, depth, path, found }: { type: number; depth: number; path: string; found: Map<string, number> },
): void {
  switch (type) {
    case 1: // true and false stand in the type alone
    case 2:
      return;
    case 3:
      cursor.at += 1;
      return;
    case 4:
    case 5:
    case 6:
      found.set(path, zigzag(cursor));
      return;
    case 7:
      cursor.at += 8;
      return;
    case 8: {
      const length = varint(cursor); // before `at` is read: += would take it from where the number began
      cursor.at += length;
      return;
    }
    case 12:
      return readStruct(cursor, depth + 1, `${path}.`, found);
    default: // lists, sets and maps, of which heads have none
      throw new RangeError(`Cannot read the head of a page: it has a value of type ${type}`);
  }
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 49; scale *= 128) {
    const byte = cursor.view.getUint8(cursor.at++);
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
  throw new RangeError("Cannot read the head of a page: a number in it does not end");
}

function zigzag(cursor: Cursor): number {
  const value = varint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
