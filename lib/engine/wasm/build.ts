/**
 * Builds `kernels.wasm` from `assembly/` (`deno task engine:wasm`).
 *
 * The flags matter: the memory of the tfjs backend is imported as shared, so that several threads work on one heap.
 *
 * @module
 */
import { assemble } from "../../assembly.ts";

const flags = [
  ...["--importMemory", "--noExportMemory", "--sharedMemory", "--maximumMemory", "65536"],
  ...["--enable", "threads"],
];

/**
 * Compiles the kernels.
 *
 * @param file where the module goes, a path relative to this folder or an absolute one
 * @throws {Error} with the compiler's words when it refuses
 */
export async function buildKernels(file: string): Promise<void> {
  await assemble("assembly/kernels.as.ts", { folder: new URL("./", import.meta.url), file, more: flags });
}

if (import.meta.main) await buildKernels("kernels.wasm");
