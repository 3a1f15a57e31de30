import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this checkout. */
export const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/**
 * A path that the user typed. `deno task` runs in the root of the checkout wherever it is called; relative
 * paths mean the folder in which the user stands.
 */
export function userPath(path: string): string {
  if (isAbsolute(path)) return path;
  const here = Deno.cwd();
  return join(here === ROOT ? Deno.env.get("INIT_CWD") ?? here : here, path);
}

/** A path as short as it can be told: relative to the working folder when it lies inside. */
export function shown(path: string): string {
  const short = relative(Deno.cwd(), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** A module of this checkout, loaded only now: what it imports may have to be downloaded first. */
export async function load<Module>(path: string): Promise<Module> {
  // not a literal, or Deno would load it with the file that calls
  return await import(new URL(`../../${path}`, import.meta.url).href) as Module;
}
