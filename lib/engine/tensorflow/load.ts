import { registerBackend, setBackend } from "@tensorflow/tfjs-core";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import util from "node:util";
import { registerRounding, type Taker, takingBfloat16 } from "./bfloat16.ts";
import { registerFused } from "./fused.ts";
import { builtAddon, commandFor } from "./installed.ts";
import { registerKernels } from "./kernels.ts";

/** TensorFlow at work. */
export interface Tensorflow {
  /** Of the libraries. */
  readonly version: string;
  /** Whether operations run on a graphics card. */
  readonly onGpu: boolean;
}

/** The functions of the addon that are used here; the rest is TensorFlow.js's own affair. */
interface Binding {
  readonly TF_Version: string;
  /** Whether operations run on a graphics card. */
  readonly isUsingGpuDevice: () => boolean;
  /** Sets what our own operations run on: threads, and a level of x86-64 processors or "" for the highest. */
  readonly startFused: (threads: number, level: string) => void;
  /** Why it could not open TensorFlow's libraries; everything else is missing then. */
  readonly error?: string;
}

/**
 * Loads the addon and TensorFlow.js's kernels for it, and makes TensorFlow the backend that operations run on.
 *
 * The environment variable COUNTERPROOF_CPU_LEVEL, 2, 3 or 4, holds our own operations to the instructions of a lower
 * level of x86-64 processors than this one has.
 *
 * @param options `threads` that operations run on; `addon`: file to load instead of the one that is built
 * @throws {Error} when it is not built, or cannot be loaded
 * @throws {RangeError} when this processor has not the level that the environment asks for
 */
export async function startTensorflow(
  { threads, addon }: { readonly threads: number; readonly addon?: string },
): Promise<Tensorflow> {
  const file = addon ?? builtAddon();
  if (file === null) {
    throw new Error(
      'Cannot use backend "tensorflow": it is not built. Build it once with: deno task engine:tensorflow',
    );
  }
  // TensorFlow reads them when it makes its pools; nothing but the environment reaches it there
  for (const pool of ["INTRAOP", "INTEROP"]) Deno.env.set(`TF_NUM_${pool}_THREADS`, `${threads}`);
  // it would take the whole memory of a graphics card at once, and leave none to a second run
  if (Deno.env.get("TF_FORCE_GPU_ALLOW_GROWTH") === undefined) Deno.env.set("TF_FORCE_GPU_ALLOW_GROWTH", "true");
  const { binding, NodeJSKernelBackend } = open(file);
  startFused(binding, threads);
  registerRounding();
  registerKernels();
  // the one place that decides: our own operations are made for processors, graphics cards have TensorFlow's
  if (!binding.isUsingGpuDevice()) registerFused();
  registerBackend("tensorflow", () => takingBfloat16(new NodeJSKernelBackend(binding, "counterproof")) as never);
  if (!await setBackend("tensorflow")) throw new Error(`Cannot start the tensorflow backend from "${file}"`);
  return { version: binding.TF_Version, onGpu: binding.isUsingGpuDevice() };
}

function startFused(binding: Binding, threads: number): void {
  try {
    binding.startFused(threads, Deno.env.get("COUNTERPROOF_CPU_LEVEL") ?? "");
  } catch (cause) {
    throw new RangeError(
      `Cannot work at the level of COUNTERPROOF_CPU_LEVEL: ${(cause as Error).message}. ` +
        "Unset it for the highest that this processor has",
      { cause },
    );
  }
}

function open(file: string): {
  readonly binding: Binding;
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => Taker;
} {
  // Node 23 and Deno have dropped these two, and the package, of 2024, calls them
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
  try {
    // not by its index: that looks for an addon of its own through an installer, and wants TensorFlow.js's whole layer
    const require = createRequire(import.meta.resolve("@tensorflow/tfjs-node-gpu/package.json"));
    const binding = require(file) as Binding;
    if (binding.error !== undefined) throw new Error(binding.error);
    require("./dist/register_all_kernels.js");
    const { NodeJSKernelBackend } = require("./dist/nodejs_kernel_backend.js");
    return { binding, NodeJSKernelBackend };
  } catch (cause) {
    throw new Error(
      `Cannot load the tensorflow backend from "${file}": ${(cause as Error).message}. ` +
        `Delete "${dirname(file)}" and build it again with: ${commandFor(file)}; ` +
        "or work on another backend",
      { cause },
    );
  }
}
