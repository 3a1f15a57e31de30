import type { BackendValues, DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import { heapFull } from "../heap_full.ts";

/** The emscripten module inside TensorFlow.js's wasm backend: what the house uses of it. */
export interface WasmModule {
  HEAPU8: Uint8Array;
  asm: Record<string, unknown>;
  _malloc(bytes: number): number;
  _free(address: number): void;
  cwrap(name: string, returns: string | null, takes: string[]): (...args: number[]) => number;
  tfjs: Record<string, (...args: number[]) => number>;
}

/** TensorFlow.js's wasm backend: what the house uses of it beyond a {@linkcode KernelBackend}. */
export interface WasmBackend extends KernelBackend {
  readonly wasm: WasmModule;
  readonly dataIdMap: { get(id: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType, memoryOffset?: number, values?: BackendValues): TensorInfo;
  /** A view of a tensor's values, valid until the heap grows. */
  typedArrayFromHeap(tensor: TensorInfo): BackendValues;
}

/** Tensors and scratch on the heap of the wasm backend. */
export interface Heap {
  /** The shared memory itself; it only grows. */
  readonly memory: WebAssembly.Memory;
  /** Where a tensor's values stand, in bytes. */
  address(tensor: TensorInfo): number;
  /** A new tensor with undefined values. */
  output(shape: readonly number[], dtype?: DataType): TensorInfo;
  /** The same values under another shape, shared, not copied. */
  share(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  /** A tensor with the same values to write into: the same memory when nobody else reads it, a copy otherwise. */
  takeOver(tensor: TensorInfo): TensorInfo;
  /** The first value of a float32 tensor. */
  first(tensor: TensorInfo): number;
  /** Memory that is not a tensor, freed by {@linkcode free}. */
  allocate(bytes: number): number;
  free(address: number): void;
}

/** The heap of a backend. From here on its allocator throws where it has not what it is asked for. */
export function heapOf(backend: WasmBackend): Heap {
  const module = backend.wasm;
  guard(backend);
  const memory = memoryOf(module);
  const allocate = (bytes: number): number => module._malloc(bytes) >>> 0;
  const address = (tensor: TensorInfo): number => backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
  const output = (shape: readonly number[], dtype: DataType = "float32"): TensorInfo =>
    backend.makeOutput([...shape], dtype);
  const share = (tensor: TensorInfo, shape: readonly number[]): TensorInfo => {
    backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  };
  return {
    memory,
    address,
    output,
    share,
    takeOver: (tensor) => {
      if (backend.refCount(tensor.dataId) === 1) return share(tensor, tensor.shape);
      const copy = output(tensor.shape, tensor.dtype);
      const bytes = 4 * tensor.shape.reduce((size, n) => size * n, 1);
      module.HEAPU8.copyWithin(address(copy), address(tensor), address(tensor) + bytes);
      return copy;
    },
    first: (tensor) => new Float32Array(memory.buffer, address(tensor), 1)[0],
    allocate,
    free: (address) => module._free(address),
  };
}

/**
 * Makes the allocator of a backend refuse what does not fit, in words; by itself it gives address 0 then, or a block
 * that is too small, and TensorFlow.js goes on with either.
 */
function guard(backend: WasmBackend): void {
  const module = backend.wasm;
  // the module puts its real functions in the place of these on their first call, so that comes first
  module._free(module._malloc(8));
  const { _malloc: malloc, _free: free } = module;
  const move = backend.move;
  const sizes = new Map<number, number>();
  let inUse = 0;
  let shape: readonly number[] | null = null;
  backend.move = (dataId, values, of, dtype, refCount) => {
    shape = of;
    try {
      move.call(backend, dataId, values, of, dtype, refCount);
    } finally {
      shape = null;
    }
  };
  module._malloc = (bytes) => {
    // from 2 ** 32 on the argument would wrap around, and a small block be taken for a large one
    const address = bytes < 2 ** 32 ? malloc(bytes) : 0;
    const { buffer } = module.HEAPU8;
    if (bytes > 0 && (address === 0 || blockBytes(buffer, address >>> 0) < bytes)) {
      if (address !== 0) free(address);
      throw heapFull(refusal({ bytes, inUse, grown: buffer.byteLength, shape }));
    }
    sizes.set(address >>> 0, bytes);
    inUse += bytes;
    return address;
  };
  module._free = (address) => {
    inUse -= sizes.get(address >>> 0) ?? 0;
    sizes.delete(address >>> 0);
    free(address);
  };
}

/**
 * Size of an allocated block, as the allocator keeps it in the word before; its low bits mean other things. Near 4 GiB
 * the allocator's sums wrap around and it hands out less than it was asked for: 2 MB for 1 GiB when 3 GiB are taken.
 */
function blockBytes(heap: ArrayBufferLike, address: number): number {
  return (new Uint32Array(heap, address - 4, 1)[0] & ~7) >>> 0;
}

function refusal(
  { bytes, inUse, grown, shape }: { bytes: number; inUse: number; grown: number; shape: readonly number[] | null },
): string {
  const megabytes = (n: number): string => (n / 2 ** 20).toFixed(1);
  const size = bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${megabytes(bytes)} MB`;
  const what = shape === null ? "scratch" : `a tensor [${shape.join(", ")}]`;
  return `Cannot allocate ${size} for ${what} on the heap of the wasm backend: ${megabytes(inUse)} MB are in use, ` +
    `it has grown to ${megabytes(grown)} of at most 4096`;
}

function memoryOf(module: WasmModule): WebAssembly.Memory {
  const found = (module as unknown as { wasmMemory?: unknown }).wasmMemory;
  if (found instanceof WebAssembly.Memory) return found;
  throw new Error('Cannot find the memory of the wasm backend: expected a "WebAssembly.Memory" in its module');
}
