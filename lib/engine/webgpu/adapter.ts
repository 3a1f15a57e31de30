/** What WebGPU finds on this machine to compute on. */

/** Something that WebGPU computes on. */
export interface Adapter {
  /** In the words of its driver. */
  readonly name: string;
  /** Whether it is a processor that stands in for a graphics card: Mesa's llvmpipe, SwiftShader, WARP. */
  readonly isSoftware: boolean;
  /** As WebGPU has it. */
  readonly gpu: GPUAdapter;
}

/** A graphics card that `auto` may take, or why there is none. */
export type FoundCard = { readonly name: string; readonly why: "" } | { readonly name: null; readonly why: string };

/** Interfaces to cards that WebGPU needs; OpenGL, which Deno would ask too, lacks what many of the shaders are written in. */
const INTERFACES = "vulkan,metal,dx12";

/** The same in words, for the system at hand. */
const interfaceHere = ({ darwin: "Metal", windows: "Direct3D 12" } as Readonly<Record<string, string>>)[
  Deno.build.os
] ?? "Vulkan";

/**
 * What WebGPU takes of what answers: the fastest card, or software where there is no card; null where nothing answers.
 *
 * The environment variable DENO_WEBGPU_BACKEND, which is Deno's, names other interfaces than Vulkan, Metal and Direct3D
 * 12, separated by commas.
 */
export async function findAdapter(): Promise<Adapter | null> {
  if (Deno.env.get("DENO_WEBGPU_BACKEND") === undefined) Deno.env.set("DENO_WEBGPU_BACKEND", INTERFACES);
  const gpu = await withoutDisplay(() => navigator.gpu.requestAdapter({ powerPreference: "high-performance" }));
  if (gpu === null) return null;
  const { description, vendor, device, isFallbackAdapter } = gpu.info;
  const name = description || `an adapter of vendor ${vendor}, device ${device}`;
  return { name, isSoftware: isFallbackAdapter || isSoftware(name), gpu };
}

/**
 * The graphics card that WebGPU would compute on. On Linux a driver is asked only where the system has a device for it
 * to drive: loading Mesa's software, to learn that it is software, takes half a second.
 */
export async function findCard(): Promise<FoundCard> {
  if (Deno.build.os === "linux" && !await hasDevice()) return { name: null, why: "no graphics card is found" };
  const found = await findAdapter();
  if (found === null) return { name: null, why: `no graphics card answers to ${interfaceHere}` };
  if (found.isSoftware) return { name: null, why: `${found.name} is no graphics card` };
  return { name: found.name, why: "" };
}

/** Whether a renderer in software goes by this name. */
export function isSoftware(name: string): boolean {
  return /llvmpipe|lavapipe|softpipe|swiftshader|basic render|\bwarp\b/i.test(name);
}

/** That nothing answers, what was looked for and what to do, in words. */
export function noAdapter(): string {
  const asked = Deno.env.get("DENO_WEBGPU_BACKEND") ?? INTERFACES;
  const wanted = asked === INTERFACES ? interfaceHere : `"${asked}", as DENO_WEBGPU_BACKEND says`;
  const mesa = "or, for tests without a card, Mesa's software: apt-get install mesa-vulkan-drivers libvulkan1; ";
  return `nothing answers to WebGPU, which looked for ${wanted}. Install the driver of the graphics card, with its part ` +
    `for ${interfaceHere}; ${Deno.build.os === "linux" ? mesa : ""}or work on another backend: --backend wasm`;
}

/** Linux: whether there is a device that a driver of graphics cards would open; /dev/dxg is Windows' card under WSL. */
async function hasDevice(): Promise<boolean> {
  for (const folder of ["/dev", "/dev/dri"]) {
    try {
      for await (const { name } of Deno.readDir(folder)) if (/^(renderD\d+|nvidia\d+|dxg)$/.test(name)) return true;
    } catch {
      // no such folder, or this process may not look
    }
  }
  return false;
}

/**
 * Mesa's drivers look for a display when they start, and print two lines of error where the variable that names its
 * folder is not set, as in a container. With it they find none in silence.
 */
async function withoutDisplay<T>(start: () => Promise<T>): Promise<T> {
  if (Deno.build.os !== "linux" || Deno.env.get("XDG_RUNTIME_DIR") !== undefined) return await start();
  Deno.env.set("XDG_RUNTIME_DIR", "/nonexistent");
  try {
    return await start();
  } finally {
    Deno.env.delete("XDG_RUNTIME_DIR");
  }
}
