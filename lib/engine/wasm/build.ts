/**
 * Builds `kernels.wasm` from `assembly/` (`deno task engine:wasm`).
 *
 * The flags matter: no run-time library, no relaxed SIMD (it may round differently from machine to machine), and the
 * memory of the tfjs backend imported as shared, so that several threads work on one heap.
 *
 * @module
 */

/** The AssemblyScript compiler, which only those need who change the kernels. */
export const compiler = "npm:assemblyscript@0.28.20/asc";
const flags = [
  ["--runtime", "stub", "--importMemory", "--noExportMemory", "--sharedMemory", "--maximumMemory", "65536"],
  [
    "-O3",
    "--converge",
    "--disableWarning",
    "112",
    "--noAssert",
    "--uncheckedBehavior",
    "always",
    "--enable",
    "simd",
    "--enable",
    "threads",
  ],
].flat();

/**
 * Compiles the kernels.
 *
 * @param file where the module goes, a path relative to this folder or an absolute one
 * @throws {Error} with the compiler's words when it refuses
 */
export async function buildKernels(file: string): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    // the compiler writes paths as it was given them, so that the folder must not depend on the machine
    cwd: new URL("./", import.meta.url),
    args: [
      "run",
      "--allow-all",
      "--no-lock",
      "--quiet",
      compiler,
      "assembly/kernels.as.ts",
      ...flags,
      "--outFile",
      file,
    ],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const words = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  if (!success) throw new Error(`Cannot build the wasm kernels into "${file}": ${words}`);
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

if (import.meta.main) await buildKernels("kernels.wasm");
