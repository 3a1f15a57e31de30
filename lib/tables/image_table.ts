import { parquetWriteBuffer } from "hyparquet-writer";

/** A cell of an image column as Hugging Face's data sets have it. */
export interface StoredImage {
  readonly bytes: Uint8Array | null;
  readonly path: string | null;
}

/** How a table is cut, and whether it says where its pages stand; most published ones do not. */
export interface Cut {
  readonly group: number;
  readonly page?: number;
  readonly index?: boolean;
}

/** The bytes of a parquet file with columns of text and columns of images, as a structure of `bytes` and `path`. */
export function imageTable(
  { texts, images, cut }: {
    readonly texts: Readonly<Record<string, readonly (string | null)[]>>;
    readonly images: Readonly<Record<string, readonly (StoredImage | null)[]>>;
    readonly cut: Cut;
  },
): Uint8Array<ArrayBuffer> {
  const optional = { repetition_type: "OPTIONAL" } as const;
  const text = { ...optional, type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const schema = [
    { name: "root", num_children: Object.keys(texts).length + Object.keys(images).length },
    ...Object.keys(texts).map((name) => ({ name, ...text })),
    ...Object.keys(images).flatMap((name) => [
      { name, ...optional, num_children: 2 },
      { name: "bytes", ...optional, type: "BYTE_ARRAY" as const },
      { name: "path", ...text },
    ]),
  ];
  const columnData = Object.entries({ ...texts, ...images }).map(([name, data]) => ({
    name,
    data: [...data],
    offsetIndex: cut.index ?? false,
  }));
  return new Uint8Array(
    parquetWriteBuffer({ schema, columnData, rowGroupSize: cut.group, pageSize: cut.page ?? 1 << 20 }),
  );
}
