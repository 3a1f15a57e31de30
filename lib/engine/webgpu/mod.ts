import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { registerBackend, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import { type Adapter, findAdapter, noAdapter } from "./adapter.ts";
import { registerKernels } from "./kernels.ts";
import { memoryOf, type Stock } from "./memory.ts";

/** The webgpu backend at work. */
export interface Webgpu {
  /** What it computes on, in words. */
  readonly on: string;
  /** Bytes of the card's memory that are taken, in use or kept for the next tensor of the size. */
  readonly heapBytes: () => number;
  /** Gives the card back. */
  readonly close: () => void;
}

/**
 * Starts TensorFlow.js's webgpu backend on the fastest card that answers, and makes it the one that operations run on.
 *
 * @throws {Error} when nothing answers
 */
export async function startWebgpu(): Promise<Webgpu> {
  const adapter = await findAdapter();
  if (adapter === null) throw new Error(`Cannot use backend "webgpu": ${noAdapter()}`);
  const device = await openDevice(adapter);
  const backend = new WebGPUBackend(device as never);
  const { overrides, bytes } = memoryOf(backend as unknown as Stock, device);
  Object.assign(backend, overrides);
  removeBackend("webgpu"); // what importing the package has registered would open the card again
  registerBackend("webgpu", () => backend);
  if (!await setBackend("webgpu")) throw new Error(`Cannot start the webgpu backend on ${adapter.name}`);
  registerKernels();
  return {
    on: adapter.isSoftware ? `${adapter.name}, which is software` : adapter.name,
    heapBytes: bytes,
    close: () => {
      backend.dispose();
      device.destroy();
    },
  };
}

/** Opens an adapter, for as large tensors and groups of threads as it has; WebGPU's defaults are those of a telephone. */
async function openDevice({ gpu, name }: Adapter): Promise<GPUDevice> {
  const names = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupSizeX",
    "maxComputeWorkgroupStorageSize",
    "maxComputeWorkgroupsPerDimension",
  ] as const;
  try {
    return await gpu.requestDevice({ requiredLimits: Object.fromEntries(names.map((key) => [key, gpu.limits[key]])) });
  } catch (cause) {
    throw new Error(
      `Cannot use backend "webgpu": ${name} does not start, ${(cause as Error).message}. ` +
        "End other programs that use it, or work on another backend",
      { cause },
    );
  }
}
