/**
 * How the user calls a task. Under npx there is no `deno` to type, and the program's own path tells that it
 * came from there.
 */
export const TASK = /[\\/]_npx[\\/]/.test(Deno.execPath()) ? "npx -y deno@2.9.6 task" : "deno task";

/** Prints lines to standard output; commands in them are ones the user can type. A reader that has gone (`| head`) ends the program without a word. */
export function print(text: string): void {
  write(Deno.stdout, `${text}\n`);
}

/** Prints lines to standard error. */
export function complain(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text.replaceAll("deno task", TASK));
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
