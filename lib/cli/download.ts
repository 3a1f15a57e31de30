import { join } from "node:path";
import { duration } from "../report/numbers.ts";
import type { Progress } from "../terminal/progress.ts";
import { ROOT } from "./places.ts";

/** What had to be fetched before the work could start. */
export interface Download {
  /** On disk, unpacked. */
  readonly megabytes: number;
  readonly seconds: number;
}

/**
 * Makes sure that everything these modules import is on this machine, and tells what that took; null when it
 * was there already. `deno task` fetches packages before it starts this program: packages younger than that
 * process count too, and its time.
 *
 * @param entries modules, from the root of the checkout
 * @throws {Error} when something cannot be fetched, with the words of Deno
 */
export async function download(entries: readonly string[], progress: Progress): Promise<Download | null> {
  const cache = await packageCache();
  const began = await startOfTask() ?? Date.now();
  await fetchAll(entries, cache, progress);
  return await unpackedSince(began, cache);
}

/** The packages in a cache that were unpacked since a time, in milliseconds since 1970; null when none was. */
export async function unpackedSince(began: number, cache: string): Promise<Download | null> {
  const fresh = (await packages(cache)).filter(({ made }) => made >= began);
  if (fresh.length === 0) return null;
  const bytes = await Promise.all(fresh.map(({ folder }) => sizeOf(folder)));
  return {
    megabytes: bytes.reduce((sum, size) => sum + size, 0) / 1e6,
    seconds: (Math.max(...fresh.map(({ made }) => made)) - began) / 1000,
  };
}

/** One line about a download. */
export function downloadLine(found: Download | null): string {
  if (found === null) return "Download: nothing, all packages are there already";
  return `Download: ${Math.round(found.megabytes)} MB of packages (unpacked) in ${duration(found.seconds)}`;
}

async function fetchAll(entries: readonly string[], cache: string, progress: Progress): Promise<void> {
  const expected = await lockedPackages();
  const before = new Set((await packages(cache)).map(({ folder }) => folder));
  let running = true;
  const fetching = deno(["cache", "--quiet", ...entries]).finally(() => running = false);
  while (running) {
    await Promise.race([fetching, new Promise((resolve) => setTimeout(resolve, 300))]);
    if (!running) break;
    const there = (await packages(cache)).length;
    progress.update(Math.min(there, expected), expected, `downloading packages, ${there - before.size} so far`);
  }
  const { success, stderr } = await fetching;
  if (success) return;
  throw new Error(
    `Cannot download the packages that it imports: ${new TextDecoder().decode(stderr).trim()}. ` +
      "Expected access to the npm registry; check the network or its proxy and run the same command again",
  );
}

async function deno(args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, stdin: "null", env: { NO_COLOR: "1" } })
    .output();
}

/** Folder into which Deno unpacks npm packages. */
async function packageCache(): Promise<string> {
  const { stdout } = await deno(["info", "--json"]);
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

async function lockedPackages(): Promise<number> {
  const lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  return Math.max(1, Object.keys(lock.npm ?? {}).length);
}

/** Every version of every package in the cache, and when it was unpacked, in milliseconds since 1970. */
async function packages(cache: string): Promise<{ folder: string; made: number }[]> {
  const versions: string[] = [];
  for (const registry of await subfolders(cache)) {
    for (const name of await subfolders(registry)) {
      const scoped = /[\\/]@[^\\/]*$/.test(name) ? await subfolders(name) : [name];
      for (const one of scoped) versions.push(...await subfolders(one));
    }
  }
  const found = await Promise.all(versions.map(async (folder) => {
    // a package being unpacked stands under a name of its own and is renamed any moment
    const info = folder.endsWith(".tmp") ? null : await Deno.stat(folder).catch(() => null);
    return { folder, made: info?.mtime?.getTime() ?? null };
  }));
  return found.filter((one): one is { folder: string; made: number } => one.made !== null);
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter((entry) => entry.isDirectory).map((entry) => join(folder, entry.name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // nothing was ever downloaded, or just renamed
    throw error;
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory ? await sizeOf(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}

/** When the `deno task` that runs this program began, in milliseconds since 1970; null when none is known. */
async function startOfTask(): Promise<number | null> {
  try {
    return Deno.build.os === "linux" ? await startInProc(Deno.ppid) : await startByPs(Deno.ppid);
  } catch {
    return null; // neither /proc nor ps on this system: only what is fetched here is told
  }
}

async function startInProc(pid: number): Promise<number | null> {
  const command = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
  if (!command.includes("task")) return null;
  // the second field is a name in parentheses, which may hold anything; the start is field 22, in ticks of 10 ms
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).replace(/^.*\) /s, "").split(" ");
  const uptime = Number((await Deno.readTextFile("/proc/uptime")).split(" ")[0]);
  return Date.now() - (uptime - Number(fields[19]) / 100) * 1000;
}

async function startByPs(pid: number): Promise<number | null> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "lstart=,args=", "-p", String(pid)],
    stderr: "null",
    env: { LC_ALL: "C" },
  }).output();
  const match = /^\s*(\w+ +\w+ +\d+ +[\d:]+ +\d{4}) +(.*)/.exec(new TextDecoder().decode(stdout));
  return match === null || !/\btask\b/.test(match[2]) ? null : Date.parse(match[1]);
}
