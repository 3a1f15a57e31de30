/** The card's memory: how its values are read, and what does not fit. */
import { setImmediate } from "node:timers";
import { type DataId, type DataType, util } from "@tensorflow/tfjs-core";
import { heapFull } from "../heap_full.ts";

/** TensorFlow.js's webgpu backend, as far as it is used here. */
export interface Stock {
  readonly tensorMap: { get(id: DataId): Data };
  readonly bufferManager: { readonly numBytesAllocated: number };
  commandEncoder: GPUCommandEncoder;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(id: DataId): void;
  readSync(id: DataId): Values;
}

/** A tensor's values where they are known here; else the card has them. */
interface Data {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  values: Values | null;
  readonly resource?: GPUBuffer | null;
}

type Values = Float32Array | Int32Array | Uint8Array;

/** What stands in the place of the stock backend's own methods. */
interface Overrides {
  readonly readSync: (id: DataId) => Values;
  readonly read: (id: DataId) => Promise<Values>;
  readonly uploadToGPU: (id: DataId) => void;
}

/** Memory of a card whose backend reads at once, refuses what does not fit, and throws what the card complains of. */
export function memoryOf(
  stock: Stock,
  device: GPUDevice,
): { readonly overrides: Overrides; readonly bytes: () => number } {
  const upload = stock.uploadToGPU.bind(stock);
  let complaint: string | null = null;
  // WebGPU computes on after an error, with zeros; it tells of it in an event, once JavaScript has come to rest
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    complaint ??= (event as GPUUncapturedErrorEvent).error.message;
  });
  const checked = (): void => {
    if (complaint === null) return;
    throw new Error(`Cannot compute on webgpu: ${complaint}. Nothing since the last value that was read is right`);
  };

  const readSync = (id: DataId): Values => {
    checked();
    const data = stock.tensorMap.get(id);
    data.values ??= valuesOf(download(stock, device, data.resource!), data.dtype);
    return data.values;
  };
  return {
    overrides: {
      readSync,
      read: async (id) => {
        const values = readSync(id);
        // a turn of the event loop, in which complaints arrive: a promise alone would not let them
        await new Promise((resolve) => setImmediate(resolve));
        checked();
        return values;
      },
      uploadToGPU: (id) => {
        const { shape, resource } = stock.tensorMap.get(id);
        const bytes = 4 * util.sizeFromShape([...shape]);
        const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
        if (bytes > most && (resource ?? null) === null) {
          const megabytes = (count: number): string => `${(count / 2 ** 20).toFixed(1)} MB`;
          throw heapFull(
            `Cannot allocate ${megabytes(bytes)} for a tensor [${shape.join(", ")}] on the webgpu backend: ` +
              `its adapter takes ${megabytes(most)} at most in one`,
          );
        }
        upload(id);
      },
    },
    bytes: () => stock.bufferManager.numBytesAllocated,
  };
}

/**
 * What a buffer holds, once all that was asked of the card is done.
 *
 * WebGPU reads in a promise, and TensorFlow.js's synchronous way around it needs a canvas that draws in two dimensions,
 * which Deno has not. But Deno has waited for the card and mapped the memory when `mapAsync()` returns; its promise only
 * comes 10 ms later (2.9.6), which would be longer than a small step takes. A buffer that was never mapped may not be
 * looked into so early; therefore it is mapped when it is made.
 */
function download(stock: Stock, device: GPUDevice, buffer: GPUBuffer): ArrayBuffer {
  const { size } = buffer;
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = device.createBuffer({ size, usage, mappedAtCreation: true });
  staging.unmap();
  stock.ensureCommandEncoderReady();
  stock.endComputePassEncoder();
  stock.commandEncoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
  stock.submitQueue();
  staging.mapAsync(GPUMapMode.READ).catch(() => {}); // what is wrong then throws below
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  staging.destroy();
  return bytes;
}

/** The card has whole numbers, of booleans too, in 32 bits. */
function valuesOf(bytes: ArrayBuffer, dtype: DataType): Values {
  if (dtype === "float32") return new Float32Array(bytes);
  return dtype === "int32" ? new Int32Array(bytes) : Uint8Array.from(new Int32Array(bytes));
}
