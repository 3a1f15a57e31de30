import type { AsyncBuffer } from "hyparquet";

/**
 * A file to read pieces of, one after the other; closed by its disposal.
 *
 * @throws {RangeError} of a piece that the file ends before
 */
export async function openBuffer(path: string, size: number): Promise<AsyncBuffer & Disposable> {
  const file = await Deno.open(path);
  let last: Promise<unknown> = Promise.resolve();
  const read = async (from: number, to: number): Promise<ArrayBuffer> => {
    await file.seek(from, Deno.SeekMode.Start);
    const bytes = new Uint8Array(Math.max(0, to - from));
    let done = 0;
    for (let count; done < bytes.length && (count = await file.read(bytes.subarray(done))) !== null;) done += count;
    if (done < bytes.length) throw new RangeError(`it ends ${bytes.length - done} bytes too early`);
    return bytes.buffer;
  };
  return {
    byteLength: size,
    slice(from, to = size) {
      const next = last.then(() => read(from < 0 ? size + from : from, Math.min(to, size))); // one place in the file
      last = next.catch(() => {});
      return next;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
