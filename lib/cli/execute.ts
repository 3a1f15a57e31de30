import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { writeAtomic } from "../runs/atomic.ts";
import type { Jupyter } from "./jupyter.ts";
import { ROOT, shown } from "./places.ts";

/** Which notebook. */
export interface Execute {
  readonly file: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a notebook from top to bottom in a fresh kernel and writes it back with its outputs.
 *
 * @throws {Error} when a cell fails, with the cell and its error, or when an output tells where on this machine it was
 * made; the file stays as it was
 */
export async function executeNotebook({ python, env }: Jupyter, { file, signal }: Execute): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const child = new Deno.Command(python, {
      args: [
        ...["-m", "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.kernel_name=deno"],
        // times of day would make every execution a change
        "--ExecutePreprocessor.record_timing=False",
        ...["--output-dir", folder, "--output", basename(file), file],
      ],
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      detached: true, // Ctrl-C is ours to pass on, once
    }).spawn();
    const stop = (): void => child.kill("SIGINT");
    signal?.addEventListener("abort", stop);
    const [log, { success }] = await Promise.all([child.stderr.text(), child.status]);
    signal?.removeEventListener("abort", stop);
    signal?.throwIfAborted();
    if (!success) throw new Error(`Cannot execute "${shown(file)}": ${failure(log)}`);
    const executed = await Deno.readTextFile(join(folder, basename(file)));
    refusePaths(file, executed);
    await writeAtomic(file, executed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The cell and its error out of what nbconvert logs; its last words when no cell is to blame. */
export function failure(log: string): string {
  const text = stripVTControlCharacters(log);
  const cell = /An error occurred while executing the following cell:\n-+\n([\s\S]*?)\n-+\n\n?([\s\S]*)/.exec(text);
  if (cell === null) return text.trim().split("\n").at(-1) || "nbconvert says nothing";
  const [, source, rest] = cell;
  // of the stack only the place in the cell is of use
  const error = rest.split("\n").filter((line) =>
    !/^-+( (stdout|stderr) -+)?$|^\s+at .*(file|ext|npm|node):/.test(line)
  );
  return `a cell fails.\n\n${source}\n\n${error.join("\n").replace(/\n{3,}/g, "\n\n").trim()}`;
}

/** Outputs are committed and must not tell where they were made. */
function refusePaths(file: string, executed: string): void {
  const home = Deno.env.get("HOME") ?? "";
  const { cells } = JSON.parse(executed) as { cells: { cell_type: string; outputs?: unknown }[] };
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  for (const [i, { outputs }] of code.entries()) {
    const text = JSON.stringify(outputs);
    const told = [ROOT, home].find((path) => path.length > 1 && text.includes(`${path}/`));
    if (told === undefined) continue;
    throw new Error(
      `Cannot write "${shown(file)}": code cell ${i + 1} shows the path "${told}" of this machine, which would be ` +
        "committed with it. Show a relative path instead",
    );
  }
}
