const extensions = [".jpg", ".jpeg", ".png", ".webp"];

/**
 * Names of the images directly inside a folder, sorted; hidden files and everything that is not named as a
 * JPEG, PNG or WebP are no images.
 *
 * @returns null when there is no such folder
 */
export async function imageNames(folder: string): Promise<string[] | null> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && !name.startsWith(".") && extensions.includes(extensionOf(name).toLowerCase())) {
        names.push(name);
      }
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
  return names.sort();
}

/** A file name without its extension. */
export function stem(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length);
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}
