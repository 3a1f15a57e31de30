/** Bytes that are read where they are asked for: of a file, or of memory. */
export interface ByteSource {
  /** What messages call it. */
  readonly name: string;
  /** Number of bytes. */
  readonly size: number;
  /** Fills `into` with the bytes from `at` on; the caller has seen to it that there are so many. */
  read(at: number, into: Uint8Array): void;
}

/** A file as a source of bytes, until it is disposed. */
export interface FileSource extends ByteSource, Disposable {}

/**
 * Opens a file, of which nothing is read yet.
 *
 * @throws {Deno.errors.NotFound} when there is none
 */
export function openSource(path: string): FileSource {
  const file = opened(path);
  const { size } = file.statSync();
  return {
    name: path,
    size,
    read(at, into) {
      file.seekSync(at, Deno.SeekMode.Start);
      for (let done = 0; done < into.length;) {
        const count = file.readSync(into.subarray(done));
        if (count === null) throw new RangeError(`Cannot read "${path}": it ends at byte ${at + done}, it was longer`);
        done += count;
      }
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function opened(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot read "${path}": there is no such file`, { cause });
  }
}

/** Bytes in memory as a source. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { name: "memory", size: bytes.length, read: (at, into) => into.set(bytes.subarray(at, at + into.length)) };
}

/** A copy of some bytes of a source. */
export function readBytes(source: ByteSource, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return bytes;
}
