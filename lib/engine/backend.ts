import "@tensorflow/tfjs"; // registers the cpu backend
import "./gradients.ts";
import { findBackend, setBackend } from "@tensorflow/tfjs-core";
import { chosenAddon, isSupported } from "./tensorflow/installed.ts";
import { startWasm } from "./wasm/mod.ts";

/** What tensors live on and operations run on. */
export type BackendName = "tensorflow" | "wasm" | "cpu";

/** The backend in use. */
export interface Backend {
  /** Which. */
  readonly name: BackendName;
  /** Threads that kernels run on, the caller's among them. */
  readonly threads: number;
  /** Why this one, for the reader of a log. */
  readonly why: string;
}

/** A backend at work. */
interface Running {
  readonly heapBytes: () => number;
  readonly close: () => void;
}

type Start = (threads: number) => Promise<Running>;

const backends: Readonly<Record<BackendName, Start>> = {
  tensorflow: async (threads) => {
    // only now: a machine that does not use it pays nothing for it
    const { startTensorflow } = await import("./tensorflow/load.ts");
    await startTensorflow({ threads });
    return { heapBytes: () => 0, close: () => {} };
  },
  wasm: startWasm,
  cpu: async () => {
    await setBackend("cpu");
    // its first tensor would print an advertisement for another package
    Object.assign(findBackend("cpu"), { firstUse: false });
    return { heapBytes: () => 0, close: () => {} };
  },
};

/** Threads that a backend takes at most, and by itself as long as there are cores. */
const threadsOf: Readonly<Record<BackendName, { readonly most: number; readonly usual: number }>> = {
  tensorflow: { most: 256, usual: 256 },
  wasm: { most: 64, usual: 8 },
  cpu: { most: 1, usual: 1 },
};

/** The backend of this process: being started, then running. */
let current: { readonly backend: Backend; readonly starting: Promise<Running> } | null = null;
let running: Running | null = null;
let closed = false;

/**
 * Chooses what operations run on: once per process, before the first tensor.
 *
 * "tensorflow" computes with the libraries of TensorFlow, once they are built (`deno task engine:tensorflow`, Linux on
 * x86-64). "wasm" works everywhere: SIMD kernels on several threads, whose results are the same to the last bit
 * whatever their number and the machine. "cpu" is plain JavaScript, some hundred times slower, to compare with.
 * "auto" is the one in use; before there is one, tensorflow where it is built, else wasm.
 *
 * @param options `threads` defaults to the number of cores, on wasm at most 8; a backend without threads takes 1 only
 * @returns what was chosen; the same again when called again with the same name
 * @throws {RangeError} for an unknown name or number of threads
 * @throws {Error} when another backend is in use, or was closed
 */
export async function useBackend(
  name: BackendName | "auto" = "auto",
  { threads }: { threads?: number } = {},
): Promise<Backend> {
  if (name !== "auto" && !Object.hasOwn(backends, name)) {
    const known = Object.keys(backends).map((backend) => `"${backend}"`).join(", ");
    throw new RangeError(
      `Cannot use backend "${name}": this version has ${known}, and "auto"; "webgpu" is not part of it`,
    );
  }
  if (current !== null) return again(name === "auto" ? current.backend.name : name, threads);
  if (closed) {
    throw new Error(`Cannot use backend "${name}": the backend of this process was closed, start another process`);
  }
  const [chosen, why] = name === "auto" ? fastest() : [name, "asked for"] as const;
  const { most, usual } = threadsOf[chosen];
  const count = threads ?? Math.min(navigator.hardwareConcurrency, usual);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(
      `Cannot use backend "${chosen}" with ${count} threads: expected a whole number from 1 to ${most}`,
    );
  }
  const backend = Object.freeze({ name: chosen, threads: count, why });
  // set before it runs, so that a second call meanwhile waits for the same one
  current = { backend, starting: backends[chosen](count) };
  try {
    running = await current.starting;
  } catch (error) {
    current = null;
    throw error;
  }
  return backend;
}

/** What "auto" is on this machine, and why. */
function fastest(): readonly [BackendName, string] {
  const built = chosenAddon();
  if (built !== null) return ["tensorflow", ["it is built on this machine", built.why].filter(Boolean).join(", ")];
  return ["wasm", isSupported() ? "tensorflow is not built on this machine" : "tensorflow needs Linux on x86-64"];
}

async function again(name: BackendName, threads: number | undefined): Promise<Backend> {
  const { backend, starting } = current!;
  if (backend.name === name && (threads === undefined || threads === backend.threads)) {
    await starting;
    return backend;
  }
  const asked = `"${name}" with ${threads ?? backend.threads} threads`;
  throw new Error(
    `Cannot use backend ${asked}: "${backend.name}" with ${backend.threads} is in use, and tensors cannot move. ` +
      "Choose once per process, before the first tensor",
  );
}

/** Bytes that the backend's heap has grown to; 0 where it has none of its own to tell of. */
export function heapBytes(): number {
  return running?.heapBytes() ?? 0;
}

/** Ends the backend's threads, which keep no process alive but wait in it. Nothing runs on it afterwards. */
export function closeBackend(): void {
  if (running === null) return;
  running.close();
  running = null;
  current = null;
  closed = true;
}
