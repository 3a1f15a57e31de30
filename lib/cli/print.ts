import { Console } from "node:console";
import process from "node:process";

export { quoted } from "../report/quoted.ts";

/**
 * How the user calls a task. Under npx there is no `deno` to type, and the program's own path tells that it
 * came from there.
 */
export const TASK = /[\\/]_npx[\\/]/.test(Deno.execPath()) ? "npx -y deno@2.9.6 task" : "deno task";

let jsonAlone = false;

/**
 * From now on standard output takes JSON alone: what {@linkcode print} is given goes to standard error, and so does
 * what a definition file or a library says through `console`.
 */
export function speakJson(): void {
  jsonAlone = true;
  globalThis.console = new Console(process.stderr);
}

/**
 * Prints lines to standard output, or to standard error where that takes JSON alone; commands in them are ones the user
 * can type. A reader that has gone (`| head`) ends the program without a word.
 */
export function print(text: string): void {
  write(jsonAlone ? Deno.stderr : Deno.stdout, `${typeable(text)}\n`);
}

/** Prints lines to standard error. */
export function complain(text: string): void {
  write(Deno.stderr, `${typeable(text)}\n`);
}

/**
 * Writes a value as one line of JSON to standard output when `--json` was given, and nothing otherwise, so that a
 * command calls it beside {@linkcode print} without asking. NaN and infinities become null, which is what readers in
 * other languages take for a missing number; the files of a run hold them exactly.
 */
export function printJson(value: object): void {
  if (jsonAlone) write(Deno.stdout, `${JSON.stringify(value)}\n`);
}

/** Writes what went wrong as the last line of a JSON output: a script that reads nothing else learns the reason. */
export function printFailure(error: string, code: number): void {
  printJson({ error: typeable(error), code });
}

function typeable(text: string): string {
  return text.replaceAll("deno task", TASK);
}

function write(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (stream === Deno.stderr) return; // a closed terminal: there is nobody left to complain to
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
