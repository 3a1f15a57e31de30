import "@tensorflow/tfjs"; // registers the cpu backend
import "./gradients.ts";
import { findBackend, setBackend } from "@tensorflow/tfjs-core";
import { chosenAddon, isSupported } from "./tensorflow/installed.ts";
import { startWasm } from "./wasm/mod.ts";

/** What tensors live on and operations run on. */
export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

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
  /** What it computes on, where that is not plain from its name; for the reader of a log. */
  readonly on?: string;
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
  webgpu: async () => {
    const { startWebgpu } = await import("./webgpu/mod.ts");
    return await startWebgpu();
  },
  wasm: startWasm,
  cpu: async () => {
    await setBackend("cpu");
    // its first tensor would print an advertisement for another package
    Object.assign(findBackend("cpu"), { firstUse: false });
    return { heapBytes: () => 0, close: () => {} };
  },
};

/**
 * Threads that a backend takes at most, and by itself as long as there are cores. On webgpu none of them computes; it
 * takes any number all the same, so that who shares out cores need not ask what "auto" will be.
 */
const threadsOf: Readonly<Record<BackendName, { readonly most: number; readonly usual: number }>> = {
  tensorflow: { most: 256, usual: 256 },
  webgpu: { most: 256, usual: 1 },
  wasm: { most: 64, usual: 8 },
  cpu: { most: 1, usual: 1 },
};

/** A backend that runs. */
interface Started {
  readonly backend: Backend;
  readonly running: Running;
}

/** The backend of this process: being started, then running. */
let current: Promise<Started> | null = null;
let running: Running | null = null;
let closed = false;

/**
 * Chooses what operations run on: once per process, before the first tensor.
 *
 * "tensorflow" computes with the libraries of TensorFlow, once they are built (`deno task engine:tensorflow`, Linux on
 * x86-64). "webgpu" computes on a graphics card of any maker through Vulkan, Metal or Direct3D 12; one of software too,
 * which is for tests. "wasm" works everywhere: SIMD kernels on several threads, whose results are the same to the last
 * bit whatever their number and the machine. "cpu" is plain JavaScript, some hundred times slower, to compare with.
 * "auto" is the one in use; before there is one, tensorflow where it is built, else webgpu where a graphics card answers
 * that is no software, else wasm.
 *
 * @param options `threads` defaults to the number of cores, on wasm at most 8, on webgpu 1; cpu takes 1 only
 * @returns what was chosen; the same again when called again with the same name
 * @throws {RangeError} for an unknown name or number of threads
 * @throws {Error} when another backend is in use, or was closed; when the one asked for is not there
 */
export async function useBackend(
  name: BackendName | "auto" = "auto",
  { threads }: { threads?: number } = {},
): Promise<Backend> {
  if (name !== "auto" && !Object.hasOwn(backends, name)) {
    const known = Object.keys(backends).map((backend) => `"${backend}"`).join(", ");
    throw new RangeError(`Cannot use backend "${name}": expected ${known} or "auto"`);
  }
  if (current !== null) return again(await current, { name, threads });
  if (closed) {
    throw new Error(`Cannot use backend "${name}": the backend of this process was closed, start another process`);
  }
  // set before it runs, so that a second call meanwhile waits for the same one
  current = start(name, threads);
  try {
    const started = await current;
    running = started.running;
    return started.backend;
  } catch (error) {
    current = null;
    throw error;
  }
}

async function start(name: BackendName | "auto", threads: number | undefined): Promise<Started> {
  const [chosen, why] = name === "auto" ? await fastest() : [name, "asked for"] as const;
  const { most, usual } = threadsOf[chosen];
  const count = threads ?? Math.min(navigator.hardwareConcurrency, usual);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(
      `Cannot use backend "${chosen}" with ${count} threads: expected a whole number from 1 to ${most}`,
    );
  }
  const running = await backends[chosen](count);
  const words = running.on === undefined || name === "auto" ? why : `${why}, on ${running.on}`;
  return { backend: Object.freeze({ name: chosen, threads: count, why: words }), running };
}

/** What "auto" is on this machine, and why. */
async function fastest(): Promise<readonly [BackendName, string]> {
  const built = chosenAddon();
  if (built !== null) return ["tensorflow", ["it is built on this machine", built.why].filter(Boolean).join(", ")];
  const why = isSupported() ? "tensorflow is not built on this machine" : "tensorflow needs Linux on x86-64";
  const { findCard } = await import("./webgpu/adapter.ts");
  const card = await findCard();
  return card.name === null ? ["wasm", `${why} and ${card.why}`] : ["webgpu", `${card.name} answers, ${why}`];
}

function again(
  { backend }: Started,
  { name, threads }: { readonly name: BackendName | "auto"; readonly threads: number | undefined },
): Backend {
  const wanted = name === "auto" ? backend.name : name;
  if (backend.name === wanted && (threads === undefined || threads === backend.threads)) return backend;
  const asked = `"${wanted}" with ${threads ?? backend.threads} threads`;
  throw new Error(
    `Cannot use backend ${asked}: "${backend.name}" with ${backend.threads} is in use, and tensors cannot move. ` +
      "Choose once per process, before the first tensor",
  );
}

/** Bytes that the backend's heap has grown to; 0 where it has none of its own to tell of. */
export function heapBytes(): number {
  return running?.heapBytes() ?? 0;
}

/**
 * Ends the backend's threads, which keep no process alive but wait in it, or gives its graphics card back. Nothing runs
 * on it afterwards.
 */
export function closeBackend(): void {
  if (running === null) return;
  running.close();
  running = null;
  current = null;
  closed = true;
}
