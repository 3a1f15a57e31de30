/** The one door to ONNX Runtime: networks in files, run on plain arrays. */
import type * as Onnx from "onnxruntime-node";
import { basename, dirname, join } from "node:path";
import { checkChoice } from "../definition/check.ts";
import { checkInputs, type Slot, type SlotType, slotTypes } from "./onnx_slots.ts";
import { type Rooms, tensorOf, valuesOf } from "./onnx_tensors.ts";
import type { IntValues, Values } from "./values.ts";

/**
 * What networks run on: `cpu`; `webgpu`, any graphics card; `cuda` and `tensorrt`, NVIDIA cards, whose libraries the user
 * lays beside ONNX Runtime's (docs/pipelines.md).
 */
export const providers = ["cpu", "webgpu", "cuda", "tensorrt"] as const;
/** One of {@linkcode providers}. */
export type Provider = typeof providers[number];

/** How a network is opened. */
export interface SessionOptions {
  /** `auto`, the default, is cuda where it can be loaded, else cpu. */
  readonly provider?: Provider | "auto";
  /** Threads on the processor; by default one for each core. */
  readonly threads?: number;
}

/** A network that is ready to run, until it is disposed. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly provider: Provider;
  /** Why this provider, for the reader of a log. */
  readonly why: string;
  /**
   * All outputs by name, as float32 whatever the network computes in; they are the caller's to keep. Inputs are brought
   * to the types that the network takes, and nothing of them is kept. Calls run one after the other; while one runs, the
   * process hears nothing else.
   *
   * @throws {TypeError} when names or shapes are not the network's
   * @throws {RangeError} when there are not as many numbers as a shape says, or a fraction for an input of whole ones
   * @throws {Error} when the session was disposed, or the runtime fails, of memory for example
   */
  run(inputs: Readonly<Record<string, Values | IntValues>>): Promise<Readonly<Record<string, Values>>>;
}

type Runtime = typeof Onnx;

/**
 * Opens a network. Its weights are read by the runtime itself, from the file or those that it names beside it: of the
 * 3.4 GB of SD 1.5's UNet, 3.6 GB are in memory afterwards.
 *
 * @throws {RangeError} for an unknown provider
 * @throws {Error} when the runtime or the provider cannot be loaded, with what to do, or the file is no network
 */
export async function openSession(
  file: string,
  { provider = "auto", threads = navigator.hardwareConcurrency }: SessionOptions = {},
): Promise<Session> {
  checkChoice("provider", provider, [...providers, "auto"]);
  const runtime = await loadRuntime(provider);
  const { native, ...chosen } = await openOn(runtime, file, { provider, threads });
  const inputs = slotsOf(file, native.inputMetadata);
  const outputs = slotsOf(file, native.outputMetadata);
  const network = networkName(file);
  const rooms: Rooms = new Map();
  let last: Promise<unknown> = Promise.resolve();
  let open = true;

  async function runNow(given: Readonly<Record<string, Values | IntValues>>): Promise<Record<string, Values>> {
    if (!open) throw new Error(`Cannot run "${network}": it was closed`);
    const feeds = Object.fromEntries(
      inputs.map((slot) => [slot.name, tensorOf(runtime, given[slot.name], slot, rooms)]),
    );
    try {
      const found = await native.run(feeds);
      return Object.fromEntries(outputs.map(({ name }) => [name, valuesOf(found[name])]));
    } catch (cause) {
      const shapes = inputs.map(({ name }) => `${name} [${given[name].shape.join(", ")}]`).join(", ");
      const reason = (cause as Error).message;
      const remedy = /alloc|memory/i.test(reason) ? ". Memory is short: give it fewer or smaller images at a time" : "";
      throw new Error(`Cannot run "${network}" on ${chosen.provider} with ${shapes}: ${reason}${remedy}`, { cause });
    }
  }

  return {
    inputs,
    outputs,
    ...chosen,
    async run(given) {
      checkInputs(network, inputs, given);
      // the rooms of inputs are filled once more for every call: the one before must be through with them
      const mine = last.then(() => runNow(given));
      last = mine.catch(() => {});
      return await mine;
    },
    async [Symbol.asyncDispose]() {
      if (!open) return;
      open = false;
      await last;
      await native.release();
    },
  };
}

let loading: Promise<Runtime> | null = null;

/**
 * ONNX Runtime, loaded when the first network is opened: it is 70 MB of a library, and most runs need none. It tells on
 * standard error alone which library a provider misses; so it is let speak where one was asked for.
 */
function loadRuntime(provider: Provider | "auto"): Promise<Runtime> {
  loading ??= (async () => {
    try {
      // not a literal, or everyone who imports the library would download it
      const name = "onnxruntime-node";
      const { default: runtime } = await import(name) as { default: Runtime };
      runtime.env.logLevel = provider === "auto" || provider === "cpu" ? "fatal" : "error";
      return runtime;
    } catch (cause) {
      loading = null;
      throw new Error(
        `Cannot load ONNX Runtime for ${Deno.build.os} on ${Deno.build.arch}: ${(cause as Error).message}. ` +
          "It is made for Linux and Windows on x86-64 and ARM, and for macOS on ARM; the first time it is downloaded " +
          "from npm, which `deno cache npm:onnxruntime-node@1.30.0` does by itself",
        { cause },
      );
    }
  })();
  return loading;
}

interface Opened {
  readonly native: Onnx.InferenceSession;
  readonly provider: Provider;
  readonly why: string;
}

async function openOn(
  runtime: Runtime,
  file: string,
  { provider, threads }: Required<SessionOptions>,
): Promise<Opened> {
  const attempt = (name: Provider): Promise<Onnx.InferenceSession> =>
    runtime.InferenceSession.create(file, {
      executionProviders: [name],
      intraOpNumThreads: threads,
      logSeverityLevel: 4,
    });
  let why = "asked for";
  if (provider === "auto") {
    try {
      return { native: await attempt("cuda"), provider: "cuda", why: "its libraries and a card are there" };
    } catch (error) {
      why = `cuda cannot be loaded (${firstLine(error)})`;
    }
  }
  const name = provider === "auto" ? "cpu" : provider;
  try {
    return { native: await attempt(name), provider: name, why };
  } catch (cause) {
    const reason = firstLine(cause);
    if (name === "cpu") {
      throw new Error(`Cannot open "${file}": ${reason}. Export the network again`, { cause });
    }
    throw new Error(
      `Cannot open "${file}" on ${name}: ${reason}. What ${name} needs stands in docs/pipelines.md; ` +
        `on the processor it runs with the provider "cpu"`,
      { cause },
    );
  }
}

/** What the runtime says, without where in its sources and of which file it says so. */
function firstLine(error: unknown): string {
  const [line] = (error as Error).message.trim().split("\n");
  const before = [
    /^Load model from .* failed: ?/,
    /^\/onnxruntime_src\S.* was false\. /,
    /^OrtSessionOptionsAppendExecutionProvider_\w+: /,
  ];
  return before.reduce((text, pattern) => text.replace(pattern, ""), line).replace(/[.:]$/, "");
}

/** "unet/model.onnx" of its whole path, as messages about shapes call it. */
function networkName(file: string): string {
  return join(basename(dirname(file)), basename(file));
}

function slotsOf(file: string, metadata: readonly Onnx.InferenceSession.ValueMetadata[]): Slot[] {
  return metadata.map((found) => {
    const type = found.isTensor ? found.type : "no tensor";
    if (found.isTensor && (slotTypes as readonly string[]).includes(type)) {
      return { name: found.name, type: type as SlotType, shape: found.shape };
    }
    throw new TypeError(`Cannot open "${file}": "${found.name}" is ${type}, expected one of ${slotTypes.join(", ")}`);
  });
}
