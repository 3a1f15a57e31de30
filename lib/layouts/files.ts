/** What sharp decodes, and BMP: a file that is there and cannot be read is to be counted, not passed over. */
const extensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".bmp"];

/**
 * Names of the images directly inside a folder, sorted; hidden files and everything that is not named as an image are
 * none.
 *
 * @returns null when there is no such folder
 */
export async function imageNames(folder: string): Promise<string[] | null> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && isImageName(name)) names.push(name);
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return names.sort();
}

/**
 * Paths of the images in a folder and the folders below it, each folder sorted, relative to it. One folder's names are
 * in memory at a time, and those of the folders above it. None where there is no such folder. Links to folders are not
 * followed, since they may lead in a circle.
 */
export async function* imagesBelow(folder: string, prefix = ""): AsyncGenerator<string> {
  const entries: [name: string, isDirectory: boolean][] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
      if (isDirectory ? !name.startsWith(".") : isImageName(name)) entries.push([name, isDirectory]);
    }
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  entries.sort(([a], [b]) => a < b ? -1 : 1);
  for (const [name, isDirectory] of entries) {
    if (isDirectory) yield* imagesBelow(folder, `${prefix}${name}/`);
    else yield `${prefix}${name}`;
  }
}

/** Whether a folder holds an image, directly or (`deep`) in a folder below it; looks no further than the first. */
export async function holdsImages(folder: string, { deep = false } = {}): Promise<boolean> {
  const below: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && isImageName(name)) return true;
      if (isDirectory && deep && !name.startsWith(".")) below.push(name);
    }
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  for (const name of below) if (await holdsImages(`${folder}/${name}`, { deep })) return true;
  return false;
}

/** Paths of the parquet files in a folder and the folders below it, sorted, relative to it; `but` is not entered. */
export async function* tablesBelow(folder: string, { but = "", prefix = "" } = {}): AsyncGenerator<string> {
  const entries: [name: string, isDirectory: boolean][] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
      const path = `${prefix}${name}`;
      if (isDirectory ? path !== but : name.endsWith(".parquet")) entries.push([path, isDirectory]);
    }
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  entries.sort(([a], [b]) => a < b ? -1 : 1);
  for (const [path, isDirectory] of entries) {
    if (isDirectory) yield* tablesBelow(folder, { but, prefix: `${path}/` });
    else yield path;
  }
}

/**
 * Names of the folders directly inside a folder, sorted, without hidden ones; links to folders count.
 *
 * @returns null when there is no such folder
 */
export async function folderNames(folder: string): Promise<string[] | null> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
      if (name.startsWith(".")) continue;
      const linked = isSymlink && await Deno.stat(`${folder}/${name}`).then((info) => info.isDirectory, () => false);
      if (isDirectory || linked) names.push(name);
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return names.sort();
}

/** A file name without its extension. */
export function stem(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length);
}

/** The path of the folder that a path names something in. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function isImageName(name: string): boolean {
  return !name.startsWith(".") && extensions.includes(extensionOf(name).toLowerCase());
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
