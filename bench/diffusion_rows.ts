/** Diffusion by SD 1.5 of random weights in real size, beside diffusers on PyTorch. */
import { fileURLToPath } from "node:url";
import type { Comparison } from "./compare.ts";
import { python } from "./python.ts";
import { startSide } from "./side.ts";

/** Something that both sides do. */
export interface Diffusion {
  readonly title: string;
  /** What bench/peers/pipelines.py exports for our side. */
  readonly family: "sd1" | "sd1-inpainting";
  /** Most of our time over PyTorch's. */
  readonly most?: number;
  /** Least of PyTorch's time over ours, where that is what is asked. */
  readonly least?: number;
  /** Largest difference of the numbers that stand for the results, relative to PyTorch's; null: they do different things. */
  readonly tolerance: number | null;
}

/** Largest difference of whole chains, as bench/chains.ts has it. Measured: 3e-6. */
const tolerance = 1e-3;

/** By the name that `--only` takes, and that `diffusion_ours.ts` and `peers/diffusion.py` know. */
export const diffusions: Readonly<Record<string, Diffusion>> = {
  "unet-256": { title: "one step of the UNet at 256²", family: "sd1", most: 0.65, tolerance },
  "unet-512": { title: "one step of the UNet at 512²", family: "sd1", most: 0.65, tolerance },
  inpainting: {
    title: "inpainting at 256², 10 steps, guidance 7.5",
    family: "sd1-inpainting",
    most: 0.35,
    tolerance,
  },
  lare: { title: "LaRE²'s map at 256², ensemble of 4", family: "sd1", most: 0.9, tolerance },
  "lare-50": { title: "the same map, over inpainting of 50 steps", family: "sd1", least: 8, tolerance: null },
};

/** Something that our side does by itself, held against a number. */
export interface Alone {
  readonly family: Diffusion["family"];
  /** What one process tells, in the order of `figures`. */
  readonly measure: (command: readonly string[], family: string) => Promise<readonly number[]>;
  readonly figures: readonly { readonly title: string; readonly most: number; readonly digits: number }[];
}

/** By name, as {@linkcode diffusions}. */
export const alone: Readonly<Record<string, Alone>> = {
  load: {
    family: "sd1",
    measure: loading,
    figures: [
      { title: "loading of the UNet, 3.4 GB, seconds", most: 15, digits: 1 },
      { title: "memory that it adds, over its size", most: 1.2, digits: 2 },
    ],
  },
  overhead: {
    family: "sd1-inpainting",
    measure: outside,
    figures: [{
      title: "share of an inpainting at 256² outside ONNX Runtime, from pixels to pixels",
      most: 0.03,
      digits: 4,
    }],
  },
};

/** What the other side imports, and by which name pip installs it. */
export const needs = { torch: "torch", diffusers: "diffusers", transformers: "transformers", onnx: "onnx" };

/** Folder of a family among others. */
export function pipelineFolder(pipelines: string, family: string): string {
  return `${pipelines}/${family}-real`;
}

/**
 * Exports a pipeline; takes minutes, 4 GB of disk and 12 GB of memory.
 *
 * @throws {Error} when Python fails, whose reasons stand above
 */
export async function writePipeline(family: string, folder: string): Promise<void> {
  const args = [here("./peers/diffusion.py"), "write", family, folder];
  const { success } = await new Deno.Command(python, { args, stderr: "inherit" }).output();
  if (success) return;
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // a half would be taken for the whole next time
  throw new Error(`Cannot export "${family}": "${python} ${args.join(" ")}" failed, see above`);
}

/** Two processes with the same weights, pictures and noise. */
export function diffusionComparison(
  name: string,
  { folder, threads }: { readonly folder: string; readonly threads: number },
): Comparison {
  const { title, tolerance } = diffusions[name];
  return {
    what: title,
    ours: oursOf(name, { folder, threads }),
    theirs: [python, here("./peers/diffusion.py"), "run", name, `${threads}`],
    tolerances: tolerance === null ? [] : [tolerance],
  };
}

/**
 * What our side does alone, in fresh processes.
 *
 * @returns for each of the row's figures one number a round
 */
export async function measureAlone(
  name: string,
  { folder, threads, rounds }: { readonly folder: string; readonly threads: number; readonly rounds: number },
): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for (let i = 0; i < rounds; i++) {
    found.push(await alone[name].measure(oursOf(name, { folder, threads }), folder));
  }
  return alone[name].figures.map((_, i) => found.map((round) => round[i]));
}

async function loading([program, ...args]: readonly string[], folder: string): Promise<readonly number[]> {
  await using side = await startSide(program, args);
  const before = await side.peak();
  const { milliseconds } = await side.step();
  let bytes = 0;
  for await (const { name } of Deno.readDir(`${folder}/unet`)) {
    bytes += (await Deno.stat(`${folder}/unet/${name}`)).size;
  }
  return [milliseconds / 1000, (await side.peak() - before) / bytes];
}

/** The second chain; the first one loads the networks. */
async function outside([program, ...args]: readonly string[]): Promise<readonly number[]> {
  await using side = await startSide(program, args);
  await side.step();
  return [(await side.step()).told];
}

function oursOf(name: string, { folder, threads }: { folder: string; threads: number }): string[] {
  return [Deno.execPath(), "run", "-A", here("./diffusion_ours.ts"), name, `${threads}`, folder];
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
