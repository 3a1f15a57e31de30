import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import type { Environment } from "../types.ts";

/**
 * Where and with what a run is made: versions and commit are found out here, the rest is given.
 * A version that is a range in `deno.json` is told as the range.
 */
export async function environment(
  given: Pick<Environment, "backend" | "threads" | "hashes">,
): Promise<Environment> {
  const gigabytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return {
    counterproof: config.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}, ` +
      `${navigator.hardwareConcurrency} cores, ${gigabytes} GiB of memory`,
    backend: given.backend,
    threads: given.threads,
    packages: packageVersions(config.imports),
    commit: await commit(),
    hashes: given.hashes,
  };
}

/** Versions by name, from the specifiers of an import map: "npm:sharp@0.35.5" is sharp 0.35.5. */
export function packageVersions(imports: Readonly<Record<string, string>>): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const specifier of Object.values(imports)) {
    const match = /^(?:npm|jsr):(@?[^@]+)@([^/]+)/.exec(specifier);
    if (match !== null) versions[match[1]] = match[2];
  }
  return versions;
}

/** Commit of the checkout this file lies in; null without git, outside a checkout, or when it is not a file. */
async function commit(): Promise<string | null> {
  if (!import.meta.url.startsWith("file:")) return null;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const head = await git(root, ["rev-parse", "HEAD"]);
  if (head === null) return null;
  const changes = await git(root, ["status", "--porcelain", "--untracked-files=no"]);
  return changes === "" ? head : `${head}+changes`;
}

async function git(folder: string, args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null; // git is not installed, or may not be run
  }
}
