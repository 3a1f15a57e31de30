/** How much memory a batch takes on the processor, told before anything is loaded. */
import type { PipelineInfo } from "./pipeline_info.ts";
import type { NetworkFile, NetworkName } from "./pipeline_parts.ts";

/** What is going to be run at once. */
export interface BatchSize {
  /** Images. */
  readonly batch: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** Of the program itself, with some images at hand, in bytes. */
const PROGRAM = 200e6;

/**
 * Bytes of memory over bytes of files while a network is loaded, by where its weights lie. A file with weights within is
 * read whole first; those of 16 bits are made into float32 on a processor. Measured: SD 1.5's UNet in float32, 3,437 MB
 * beside its file, adds 3,540 MB; its decoder, 198 MB within its file, up to 570 MB; the UNet in float16, 1,720 MB within
 * its file, 6,520 MB at the height of its loading.
 */
const LOADED = { float32: { beside: 1.05, within: 3 }, float16: { beside: 3.1, within: 3.9 } };

/** Bytes of a float32; the runtime computes in nothing shorter on a processor. */
const NUMBER = 4;

/**
 * Most memory that all networks of a pipeline take together while they are run one after the other on the processor, in
 * bytes. What a network has once taken for its layers it keeps.
 *
 * Layers take so many maps as large as their input, and each attention two matrices of all places by all places for every
 * head, by which large images grow out of any memory. Measured with SD 1.5's shapes, in MB added by one run, beside what
 * this says: UNet at 256² 89 (93), two images 171 (187), at 512² 1,170 (1,179); decoder at 256² 237 (344), at 512²
 * 1,076 (1,477), at 768² 3,519 (3,700), for its room grows in leaps; encoder at 512² 410 (671). A UNet whose attentions
 * are fused holds no such matrices: at 512² 154 (157), at 768² 335 (354).
 */
export function peakMemory(info: PipelineInfo, size: BatchSize): number {
  let sum = PROGRAM;
  for (const [name, network] of info.networks) sum += loadedBytes(network) + size.batch * layerBytes(info, name, size);
  return Math.round(sum);
}

/**
 * Refuses a batch that cannot fit.
 *
 * @param available bytes; by default what the system, or the limit that the process lives under, has left
 * @throws {RangeError} with what it takes, what there is, and how many images would fit
 */
export function checkMemory(info: PipelineInfo, size: BatchSize, available: number = availableMemory()): void {
  const needed = peakMemory(info, size);
  if (needed <= available) return;
  const fixed = peakMemory(info, { ...size, batch: 0 });
  const fits = Math.floor((available - fixed) / (peakMemory(info, { ...size, batch: 1 }) - fixed));
  const remedy = fits >= 1
    ? `A batch of ${fits} would fit`
    : fixed > available
    ? `Its networks alone take ${gigabytes(fixed)}: end other programs, or take a machine with more`
    : "Not even one would fit: take smaller images, or a machine with more";
  const images = size.batch === 1 ? "an image" : `${size.batch} images`;
  throw new RangeError(
    `Cannot run "${info.name}" on ${images} of ${size.width} × ${size.height} pixels at once: it takes about ` +
      `${gigabytes(needed)} of memory, ${gigabytes(available)} are available. ${remedy}`,
  );
}

/** Bytes that this process may still take. */
export function availableMemory(): number {
  return Math.min(Deno.systemMemoryInfo().available, roomUnderLimit());
}

/** What a container's limit leaves, infinite where there is none. */
function roomUnderLimit(): number {
  const read = (name: string) => Number(Deno.readTextFileSync(`/sys/fs/cgroup/${name}`));
  try {
    const room = read("memory.max") - read("memory.current"); // NaN for "max"
    return Number.isNaN(room) ? Infinity : room;
  } catch {
    return Infinity; // no Linux, or no limits of this kind
  }
}

function loadedBytes({ bytes, beside, header }: NetworkFile): number {
  const factors = LOADED[header.halves ? "float16" : "float32"];
  return factors.within * bytes + factors.beside * beside.reduce((sum, one) => sum + one.bytes, 0);
}

/** What the layers of a network take for one image. */
function layerBytes(info: PipelineInfo, name: NetworkName, { width, height }: BatchSize): number {
  const { configs, latentScale, networks } = info;
  const area = width * height / latentScale ** 2;
  const matrices = (heads: number, places: number) => 2 * NUMBER * heads * places ** 2;
  if (name === "unet") {
    const map = NUMBER * first(configs.unet.block_out_channels, 320) * area;
    if (!networks.get(name)!.header.matrices) return 30 * map;
    return 20 * map +
      Math.max(...attentionLevels(configs.unet).map(([heads, level]) => matrices(heads, area / 4 ** level)));
  }
  if (name !== "vae_encoder" && name !== "vae_decoder") return 50e6; // 77 tokens, whatever the image
  const maps = (name === "vae_decoder" ? 10 : 4) * NUMBER * first(configs.vae.block_out_channels, 128) * width * height;
  return maps + matrices(1, area);
}

/** Heads of a UNet's attention, and how often its input was halved before it. */
function attentionLevels(config: Readonly<Record<string, unknown>>): [heads: number, level: number][] {
  const blocks = Array.isArray(config.down_block_types) ? config.down_block_types.map(String) : ["CrossAttn"];
  // diffusers' configurations call the number of heads by the name of their width
  const heads = config.num_attention_heads ?? config.attention_head_dim;
  const found = blocks.flatMap((block, level): [number, number][] =>
    /Attn/.test(block) ? [[first(Array.isArray(heads) ? heads.slice(level) : heads, 8), level]] : []
  );
  return found.length === 0 ? [[0, 0]] : found;
}

/** A number, or the first of some. */
function first(value: unknown, otherwise: number): number {
  const one = Array.isArray(value) ? value[0] : value;
  return typeof one === "number" ? one : otherwise;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
