import {
  getKernel,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { adamKernels } from "./adam.ts";
import { batchNormKernels } from "./batch_norm.ts";
import { blockKernels } from "./blocks.ts";
import { combineKernels } from "./combine.ts";
import { conv2dKernels } from "./conv2d.ts";
import { depthwiseKernels } from "./depthwise.ts";
import { elementwiseKernels } from "./elementwise.ts";
import { heapOf } from "./heap.ts";
import { imageKernels } from "./images.ts";
import { layerNormKernels } from "./layer_norm.ts";
import type { KernelTable, Machine } from "./machine.ts";
import { matmulKernels } from "./matmul.ts";
import { rowKernels } from "./rows.ts";
import { startBackend } from "./start.ts";
import { sumKernels } from "./sums.ts";
import { startThreads } from "./threads.ts";
import { transposeKernels } from "./transpose.ts";

const tables: ((machine: Machine) => KernelTable)[] = [
  matmulKernels,
  conv2dKernels,
  depthwiseKernels,
  layerNormKernels,
  batchNormKernels,
  rowKernels,
  elementwiseKernels,
  combineKernels,
  sumKernels,
  imageKernels,
  blockKernels,
  transposeKernels,
  adamKernels,
];

/** The wasm backend at work. */
export interface Wasm {
  /** Bytes that the heap has grown to. */
  readonly heapBytes: () => number;
  /** Ends the threads. */
  readonly close: () => void;
}

/**
 * Starts the wasm backend with the house's kernels on `threads` threads, the caller's among them, and makes it the
 * one that operations run on.
 */
export async function startWasm(threads: number): Promise<Wasm> {
  const backend = await startBackend();
  const heap = heapOf(backend);
  const module = await WebAssembly.compile(await Deno.readFile(new URL("./kernels.wasm", import.meta.url)));
  const machine = { heap, threads: await startThreads(threads, module, heap) };
  removeBackend("wasm");
  registerBackend("wasm", () => backend);
  await setBackend("wasm");
  for (const table of tables) register(table(machine));
  return { heapBytes: () => heap.memory.buffer.byteLength, close: () => machine.threads.close() };
}

function register(table: KernelTable): void {
  for (const [kernelName, kernel] of Object.entries(table)) {
    const stock = getKernel(kernelName, "wasm");
    if (stock !== undefined) unregisterKernel(kernelName, "wasm");
    registerKernel({
      kernelName,
      backendName: "wasm",
      setupFunc: stock?.setupFunc,
      kernelFunc: (call) =>
        kernel(call.inputs as Record<string, TensorInfo>, call.attrs ?? {}, () => {
          if (stock === undefined) throw new TypeError(`Cannot run kernel "${kernelName}" on wasm in this form`);
          return stock.kernelFunc(call) as TensorInfo | TensorInfo[];
        }),
    });
  }
}
