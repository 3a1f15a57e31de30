import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import makeModule from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js";
import type { WasmBackend, WasmModule } from "./heap.ts";

const binary = "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm";

/**
 * Starts TensorFlow.js's wasm module for threads, because its heap is shared memory on which the house's own threads
 * can work, but with none of its threads: they would be 8 workers that keep the process alive, for kernels that
 * training hardly uses.
 *
 * The module asks for a `Worker` and for Node while its factory runs, which is synchronous up to the
 * instantiation; only that long they are replaced and hidden.
 */
export async function startBackend(): Promise<WasmBackend> {
  const code = await WebAssembly.compile(await Deno.readFile(new URL(import.meta.resolve(binary))));
  const instantiateWasm = (imports: WebAssembly.Imports, receive: Receive): object => {
    const instance = new WebAssembly.Instance(code, imports);
    // the module's own variables are not all set yet when it calls this function
    queueMicrotask(() => receive(instance, code));
    return {};
  };
  const module = await withoutWorkers(() => (makeModule as unknown as Factory)({ instantiateWasm }));
  module.tfjs = {
    init: module.cwrap("init", null, []),
    initWithThreadsCount: module.cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: module.cwrap("get_threads_count", "number", []),
    registerTensor: module.cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: module.cwrap("dispose_data", null, ["number"]),
    dispose: module.cwrap("dispose", null, []),
  };
  return new BackendWasm(module as never) as unknown as WasmBackend;
}

type Receive = (instance: WebAssembly.Instance, code: WebAssembly.Module) => void;
type Factory = (config: { instantiateWasm: (imports: WebAssembly.Imports, receive: Receive) => object }) => Promise<
  WasmModule
>;

/** Answers that it is loaded, does nothing, keeps nothing alive. */
class NoWorker {
  onmessage: ((event: { data: { cmd: string } }) => void) | null = null;
  postMessage(): void {
    queueMicrotask(() => this.onmessage?.({ data: { cmd: "loaded" } }));
  }
  terminate(): void {}
}

function withoutWorkers<T>(start: () => T): T {
  const hidden = ["Worker", "process"].map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  Object.defineProperty(globalThis, "Worker", { value: NoWorker, configurable: true, writable: true });
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true, writable: true });
  try {
    return start();
  } finally {
    for (const [name, was] of hidden) {
      if (was === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, was);
    }
  }
}
