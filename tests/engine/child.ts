/** Runs a program in a process of its own, since a process has one backend; it must end by itself. */

const slowest = 60_000; // milliseconds; a program that hangs fails its test

/** The standard output of a file run with arguments. */
export async function runFile(
  file: URL,
  args: readonly string[],
  { milliseconds = slowest }: { milliseconds?: number } = {},
): Promise<Uint8Array> {
  return await output(["run", "--allow-all", "--quiet", file.pathname, ...args], milliseconds);
}

/** The standard output of a module given as text. */
export async function runModule(source: string): Promise<Uint8Array> {
  return await output(["eval", "--quiet", source]);
}

async function output(args: string[], milliseconds = slowest): Promise<Uint8Array> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(milliseconds),
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) {
    throw new Error(`Cannot finish "deno ${args[0]} …": ${new TextDecoder().decode(stderr)}`);
  }
  return stdout;
}
