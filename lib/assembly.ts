/**
 * Compiles AssemblyScript to WebAssembly, for those who change what is written in it. A file of it ends in `.as.ts`; what
 * it compiles to stands in the repository, so that nobody else needs the compiler.
 */

/** The compiler. */
export const compiler = "npm:assemblyscript@0.28.20/asc";

/** Flags of every module: no run-time library, no checks, and SIMD that rounds alike on every machine. */
const flags = [
  ...["--runtime", "stub", "-O3", "--converge", "--disableWarning", "112", "--noAssert"],
  ...["--uncheckedBehavior", "always", "--enable", "simd"],
];

/**
 * Compiles a module.
 *
 * @param source a path relative to the folder
 * @param to.folder where the compiler works; it writes paths into the module as it was given them
 * @param to.file where the module goes, a path relative to the folder or an absolute one
 * @param to.more further flags
 * @throws {Error} with the compiler's words when it refuses
 */
export async function assemble(
  source: string,
  { folder, file, more = [] }: { readonly folder: URL; readonly file: string; readonly more?: readonly string[] },
): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    cwd: folder,
    args: ["run", "--allow-all", "--no-lock", "--quiet", compiler, source, ...flags, ...more, "--outFile", file],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const words = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  if (!success) throw new Error(`Cannot build "${source}" into "${file}": ${words}`);
}

/** Whether the compiler is on this machine already, so that building needs no network. */
export async function compilerAvailable(): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-lock", "--quiet", "--cached-only", compiler, "--version"],
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}
