/** How much memory a batch takes on the processor, told before anything is loaded. */
import type { PipelineInfo } from "./pipeline_info.ts";
import type { NetworkFile, NetworkName } from "./pipeline_parts.ts";

/** What is going to be run at once. */
export interface BatchSize {
  /** Images. */
  readonly batch: number;
  /** Rows that each of them makes in a network's batch, as the members of an ensemble; left out: one. */
  readonly rows?: number;
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

/** Bytes that an autoencoder takes for a pixel, however few its channels. */
const PIXEL = 400;

/** Bytes of a float32; the runtime computes in nothing shorter on a processor. */
const NUMBER = 4;

/** Share of what is available that is left to others: memory that is full ends a process without a word. */
const LEFT = 0.15;

/** Largest step between two sides of images that are tried for one that fits, in pixels. */
const STEP = 64;

/**
 * Most memory that all networks of a pipeline take together while they are run one after the other on the processor, in
 * bytes. What a network has once taken for its layers it keeps.
 *
 * Layers take so many maps as large as their input, and attention matrices of all places by all places, by which large
 * images grow out of any memory: two for every head of the UNet, three in an autoencoder that has attention, of one head. Resident
 * MB of a fresh process that one run adds, beside what this says. SD 1.5: UNet at 256² 89 (93), two images 171 (187), at
 * 512² 1,170 (1,179); decoder at 256² 237 (307), at 512² 1,076 (1,380), at 768² 3,519 (3,671); encoder at 512² 405
 * (575), at 768² 1,244 (1,859). An autoencoder of 4 channels, which is next to nothing but matrices: encoder at 512² 278
 * (315), at 768² 1,226 (1,274), at 1024² 3,597 (3,674); decoder 283, 1,098, 3,344 (340, 1,331, 3,775). A UNet whose
 * attentions are fused holds no such matrices: at 512² 154 (157), at 768² 335 (354).
 */
export function peakMemory(info: PipelineInfo, size: BatchSize): number {
  let sum = PROGRAM;
  const rows = size.batch * (size.rows ?? 1);
  for (const [name, network] of info.networks) sum += loadedBytes(network) + rows * layerBytes(info, name, size);
  return Math.round(sum);
}

/** Why a batch cannot be run. */
export interface MemoryRefusal {
  /** Images of this size that fit at once; 0: not even one does. */
  readonly fits: number;
  /** What it takes, what there is, and what would fit. */
  readonly reason: string;
}

/**
 * Why a batch does not fit into memory, of which 15 % are left to others; null: it fits.
 *
 * @param available bytes; by default what the system, or the limit that the process lives under, has left
 */
export function memoryRefusal(
  info: PipelineInfo,
  size: BatchSize,
  available: number = availableMemory(),
): MemoryRefusal | null {
  const room = (1 - LEFT) * available;
  const needed = peakMemory(info, size);
  if (needed <= room) return null;
  const fixed = peakMemory(info, { ...size, batch: 0 });
  const fits = Math.max(0, Math.floor((room - fixed) / (peakMemory(info, { ...size, batch: 1 }) - fixed)));
  const largest = fits > 0 ? null : largestThatFits(info, { ...size, batch: 1 }, room);
  const remedy = fits > 0
    ? `A batch of ${fits} would fit`
    : largest !== null
    ? `The largest of its shape that would fit is ${largest.width} × ${largest.height}: take smaller images, or a ` +
      "machine with more"
    : `Its networks alone take ${gigabytes(fixed)}: end other programs, or take a machine with more`;
  const [images, together] = size.batch === 1 ? ["an image", ""] : [`${size.batch} images`, " at once"];
  const reason =
    `Cannot run "${info.name}" on ${images} of ${size.width} × ${size.height} pixels${together}: it takes about ` +
    `${gigabytes(needed)} of memory, ${gigabytes(available)} are available, of which ${100 * LEFT} % are left to ` +
    `others. ${remedy}`;
  return { fits, reason };
}

/**
 * Refuses a batch that cannot fit.
 *
 * @throws {RangeError} with what {@linkcode memoryRefusal} says
 */
export function checkMemory(info: PipelineInfo, size: BatchSize, available?: number): void {
  const refusal = memoryRefusal(info, size, available);
  if (refusal !== null) throw new RangeError(refusal.reason);
}

/** The largest image of a shape, in steps of its longer side, that fits; null where none does. */
function largestThatFits(info: PipelineInfo, { width, height, ...counts }: BatchSize, room: number): BatchSize | null {
  const longer = Math.max(width, height);
  for (let side = (Math.ceil(longer / STEP) - 1) * STEP; side > 0; side -= STEP) {
    const scaled = (one: number) => Math.max(STEP, Math.round(one * side / longer / STEP) * STEP);
    const smaller = { ...counts, width: scaled(width), height: scaled(height) };
    if (peakMemory(info, smaller) <= room) return smaller;
  }
  return null;
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
  const matrix = NUMBER * area ** 2;
  if (name === "unet") {
    const map = NUMBER * first(configs.unet.block_out_channels, 320) * area;
    if (!networks.get(name)!.header.matrices) return 30 * map;
    return 20 * map +
      Math.max(...attentionLevels(configs.unet).map(([heads, level]) => 2 * heads * matrix / 16 ** level));
  }
  if (name !== "vae_encoder" && name !== "vae_decoder") return 50e6; // 77 tokens, whatever the image
  const pixels = width * height;
  const maps = (name === "vae_decoder" ? 8 : 2) * NUMBER * first(configs.vae.block_out_channels, 128) * pixels;
  return maps + PIXEL * pixels + (networks.get(name)!.header.matrices ? 3 * matrix : 0);
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
