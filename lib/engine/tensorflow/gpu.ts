/** What NVIDIA's driver says of this machine's graphics cards, asked by its own library. */

/** A graphics card. */
export interface Gpu {
  /** In the words of its driver. */
  readonly name: string;
  /** Of the card, in bytes. */
  readonly memory: number;
}

/** A card that can be computed on, or why there is none. */
export type FoundGpu = { readonly gpu: Gpu; readonly why: "" } | { readonly gpu: null; readonly why: string };

/**
 * What the driver must know at least, as it counts: CUDA 12. Libraries of CUDA 12.5 work with the drivers of every
 * CUDA 12; the first is 525.60.13 (NVIDIA, CUDA Compatibility, minor version compatibility).
 */
const NEEDED_CUDA = 12_000;

/** What a user needs, in words. */
export const NEEDED_DRIVER = "an NVIDIA graphics card with driver 525.60.13 or newer (CUDA 12)";

const symbols = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
} as const;

let found: FoundGpu | null = null;

/** The first card that CUDA_VISIBLE_DEVICES leaves visible; asked once in a process. */
export function findGpu(): FoundGpu {
  return found ??= ask();
}

function ask(): FoundGpu {
  let driver: Deno.DynamicLibrary<typeof symbols>;
  try {
    driver = Deno.dlopen("libcuda.so.1", symbols);
  } catch {
    return { gpu: null, why: "no NVIDIA driver is found (libcuda.so.1)" };
  }
  // the library stays open: TensorFlow uses the same
  const { cuInit, cuDriverGetVersion, cuDeviceGetCount, cuDeviceGet, cuDeviceGetName, cuDeviceTotalMem_v2 } =
    driver.symbols;
  const none = (why: string): FoundGpu => ({ gpu: null, why });
  const version = new Int32Array(1);
  if (cuDriverGetVersion(version) !== 0) return none("the NVIDIA driver does not tell its version");
  const text = `${Math.floor(version[0] / 1000)}.${version[0] % 1000 / 10}`;
  if (version[0] < NEEDED_CUDA) return none(`the NVIDIA driver is too old: it knows CUDA ${text}, expected 12`);
  const initialized = cuInit(0);
  const count = new Int32Array(1);
  if (initialized !== 0 && initialized !== NO_DEVICE) {
    return none(`the NVIDIA driver does not start, error ${initialized}`);
  }
  if (initialized === NO_DEVICE || cuDeviceGetCount(count) !== 0 || count[0] === 0) {
    return none("the NVIDIA driver shows no graphics card");
  }
  const device = new Int32Array(1);
  const name = new Uint8Array(256);
  const memory = new BigUint64Array(1);
  const failed = [
    cuDeviceGet(device, 0),
    cuDeviceGetName(name, name.length, device[0]),
    cuDeviceTotalMem_v2(memory, device[0]),
  ].find((code) => code !== 0);
  if (failed !== undefined) return none(`the NVIDIA driver does not describe its graphics card, error ${failed}`);
  return {
    gpu: { name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))), memory: Number(memory[0]) },
    why: "",
  };
}

/** CUDA_ERROR_NO_DEVICE: also where CUDA_VISIBLE_DEVICES names none. */
const NO_DEVICE = 100;
