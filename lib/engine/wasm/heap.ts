import type { BackendValues, DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

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

/**
 * The heap of a backend. From here on its allocator throws where it would hand out address 0, with which
 * TensorFlow.js goes on.
 */
export function heapOf(backend: WasmBackend): Heap {
  const module = backend.wasm;
  // the module puts its real functions in the place of these on their first call, so that comes first
  module._free(module._malloc(8));
  const malloc = module._malloc;
  module._malloc = (bytes) => {
    // from 2 ** 32 on the argument would wrap around, and a small block be taken for a large one
    const address = bytes < 2 ** 32 ? malloc(bytes) : 0;
    if (address === 0 && bytes > 0) throw new RangeError(refusal(bytes, module.HEAPU8.buffer.byteLength));
    return address;
  };
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

function refusal(bytes: number, size: number): string {
  const megabytes = (n: number): string => (n / 2 ** 20).toFixed(1);
  return `Cannot allocate ${megabytes(bytes)} MB on the heap of the wasm backend: it has grown to ` +
    `${megabytes(size)} MB of at most 4096. Use a smaller batch or model, or free tensors that nobody needs`;
}

function memoryOf(module: WasmModule): WebAssembly.Memory {
  const found = (module as unknown as { wasmMemory?: unknown }).wasmMemory;
  if (found instanceof WebAssembly.Memory) return found;
  throw new Error('Cannot find the memory of the wasm backend: expected a "WebAssembly.Memory" in its module');
}
