import { dirname, join } from "node:path";

/** Ends the name of a file that is being written; what a killed process leaves may be deleted. */
export const TEMPORARY = ".tmp";

/** What to do when a run's folder cannot be written any more, as on a full disk. */
export const MAKE_ROOM = "Make room or make the folder writable, and give the same command again to go on from there";

/**
 * Writes a file so that whoever reads it, now or after a power cut, finds the old content or the new one and
 * never a part: into a temporary file beside it, to the disk, then renamed.
 *
 * @param content whole, or in pieces, each asked for when the ones before it are written
 * @param options `through`: folder of the temporary file, on the same disk; null: beside the file
 */
export async function writeAtomic(
  file: string,
  content: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { through = null }: { readonly through?: string | null } = {},
): Promise<void> {
  const own = `${Deno.pid}-${++count}${TEMPORARY}`;
  const temporary = through === null ? `${file}.${own}` : join(through, own);
  try {
    using target = await Deno.open(temporary, { write: true, createNew: true });
    const whole = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for await (const piece of whole instanceof Uint8Array ? [whole] : whole) await writeAll(target, piece);
    await target.sync();
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Begins anywhere: on another machine a process may have the same number as this one. */
let count = crypto.getRandomValues(new Uint32Array(1))[0];

/** Writes all of the bytes, however many calls that takes. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** A new file or name is on the disk only when its folder is; Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using opened = await Deno.open(folder);
  await opened.sync();
}
