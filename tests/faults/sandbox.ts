import { start } from "./children.ts";
import { ran } from "./command.ts";

/** A place in which file systems are mounted that no other process sees. */
export interface Sandbox extends AsyncDisposable {
  /** Runs the words behind it in there. */
  readonly under: readonly string[];
  /** A path in there as this process may give it. */
  outside(path: string): string;
  /** Runs a line of the shell in there. @throws {Error} when it fails, with what it said */
  shell(line: string): Promise<void>;
}

/**
 * Opens such a place: mount and user namespaces of their own, or as root the first alone.
 *
 * @returns why there is none, where the system does not allow it
 */
export async function openSandbox(): Promise<Sandbox | string> {
  if (Deno.build.os !== "linux") return "only Linux has namespaces of mounts";
  const refusals: string[] = [];
  for (const [unshare, nsenter] of [["-rm", ["-U", "-m", "--preserve-credentials"]], ["-m", ["-m"]]] as const) {
    const sandbox = await enter(unshare, nsenter).catch((error: Error) => error.message);
    if (typeof sandbox !== "string") return sandbox;
    refusals.push(sandbox);
  }
  return refusals[0];
}

async function enter(unshare: string, nsenter: readonly string[]): Promise<Sandbox> {
  // the shell lives as long as its standard input, which ends with this process at the latest
  const keeper = start(["unshare", unshare, "sh", "-c", "echo in; exec cat"]);
  await keeper.more(0);
  if (keeper.lines[0] !== "in") {
    await keeper[Symbol.asyncDispose]();
    throw new Error(`mounting is refused (${(await keeper.ended).err.trim().split("\n")[0]})`);
  }
  const under = ["nsenter", "--target", String(keeper.pid), ...nsenter, "--"];
  const sandbox: Sandbox = {
    under,
    outside: (path) => `/proc/${keeper.pid}/root${path}`,
    async shell(line) {
      const { code, err } = await ran([...under, "sh", "-ec", line]);
      if (code !== 0) throw new Error(err.trim());
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
  const trial = await Deno.makeTempDir();
  try {
    await sandbox.shell(`mount -t tmpfs tmpfs '${trial}'`);
    await Deno.stat(sandbox.outside(trial));
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw new Error(`mounting is refused (${(error as Error).message})`);
  } finally {
    await Deno.remove(trial);
  }
  return sandbox;
}
