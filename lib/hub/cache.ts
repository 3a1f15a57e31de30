/**
 * The folder in which Python's `huggingface_hub` keeps what it downloads, read and written as it does: files by their
 * hash in `blobs`, links to them by commit and path in `snapshots`, commits by branch in `refs`.
 *
 * Source: `huggingface_hub`, the guide "Manage your cache" and `file_download.py`.
 */
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";

/** A file on the hub. */
export interface HubFile {
  /** Account and name, as "timm/convnext_tiny.fb_in1k". */
  readonly repo: string;
  /** Path inside it. */
  readonly path: string;
}

/** The branch whose files are taken. */
export const BRANCH = "main";

/** The folder, which the environment names as it does for Python: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE or HF_HOME. */
export function hubCache(): string {
  const set = (name: string): string | null => Deno.env.get(name) || null;
  const home = set("HF_HOME") ?? join(set("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");
  return set("HF_HUB_CACHE") ?? set("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub");
}

/** The folder of a repository in the cache. */
export function repoFolder(repo: string, cache: string): string {
  return join(cache, `models--${repo.replaceAll("/", "--")}`);
}

/** Where a file lies in the cache, of the commit that was last asked for; null when it is not there. */
export async function cachedFile({ repo, path }: HubFile, cache = hubCache()): Promise<string | null> {
  const folder = repoFolder(repo, cache);
  try {
    const commit = (await Deno.readTextFile(join(folder, "refs", BRANCH))).trim();
    const file = join(folder, "snapshots", commit, path);
    return (await Deno.stat(file)).isFile ? file : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** Lets a finished blob be found under its path and commit, and the commit under the branch. */
export async function link(
  { repo, path }: HubFile,
  { blob, commit, cache }: { readonly blob: string; readonly commit: string; readonly cache: string },
): Promise<string> {
  const folder = repoFolder(repo, cache);
  const file = join(folder, "snapshots", commit, path);
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.remove(file).catch(() => {}); // a link to another blob, if any
  try {
    await Deno.symlink(relative(dirname(file), blob), file);
  } catch {
    await Deno.rename(blob, file); // where links need rights that the user has not, on Windows; Python moves it too
  }
  await Deno.mkdir(join(folder, "refs"), { recursive: true });
  await Deno.writeTextFile(join(folder, "refs", BRANCH), commit);
  return file;
}
