/** Prints lines to standard output. A reader that has gone (`| head`) ends the program without a word. */
export function print(text: string): void {
  write(Deno.stdout, `${text}\n`);
}

/** Prints lines to standard error. */
export function complain(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
