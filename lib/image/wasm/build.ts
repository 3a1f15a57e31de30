/**
 * Builds `jpeg.wasm` from `jpeg.as.ts` (`deno task image:wasm`).
 *
 * @module
 */
import { assemble } from "../../assembly.ts";

/**
 * Compiles what JPEG does to pixels.
 *
 * @param file where the module goes, a path relative to this folder or an absolute one
 * @throws {Error} with the compiler's words when it refuses
 */
export async function buildJpeg(file: string): Promise<void> {
  await assemble("jpeg.as.ts", { folder: new URL("./", import.meta.url), file });
}

if (import.meta.main) await buildJpeg("jpeg.wasm");
