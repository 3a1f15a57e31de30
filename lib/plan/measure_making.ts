/** What it takes to make reconstructions and error maps, measured on a few images. */
import { join } from "node:path";
import { makeLacking } from "../data/lacking.ts";
import { madeParts, type Outside } from "../data/needs.ts";
import { artifactsOutlet, distinct } from "../data/outlets.ts";
import { makersIn } from "../data/pipeline_maker.ts";
import type { Part } from "../definition/part.ts";
import type { Experiment } from "../experiment.ts";
import { encodeImage } from "../image/encode.ts";
import { random } from "../random.ts";
import type { Sample } from "../types.ts";
import { samplesFor } from "./made.ts";
import type { Counted } from "./samples.ts";

/** What one image of a part took. */
export interface MadeMeasured {
  /** Kind of the part. */
  readonly part: string;
  readonly images: "of the data set" | "random, 512 × 512 pixels";
  readonly seconds: number;
  /** Of the file that was made. */
  readonly bytes: number;
}

/** Images that are made; the first of them loads the networks and does not count. */
const IMAGES = 3;

/** Side of random images, that of Stable Diffusion's. */
const SIDE = 512;

/** Makes a few images with each part whose pipeline is there; others are left out. */
export async function measureMaking(
  experiment: Experiment,
  { counted, pipelines, folder, told, signal }: Outside & {
    readonly counted: Counted;
    /** A folder for what is made. */
    readonly folder: string;
    readonly told: (text: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<MadeMeasured[]> {
  const found: MadeMeasured[] = [];
  for (const part of madeParts(experiment)) {
    if (signal?.aborted) break;
    const there = samplesFor(part, experiment, counted)?.slice(0, IMAGES) ?? null;
    const samples = there ?? await randomSamples(folder);
    const made = await makingTime(part, samples, { pipelines, artifacts: join(folder, "made"), told });
    if (made === null) continue;
    found.push({ part: part.kind, images: there === null ? "random, 512 × 512 pixels" : "of the data set", ...made });
  }
  return found;
}

async function makingTime(
  part: Part,
  samples: readonly Sample[],
  { pipelines, artifacts, told }: {
    readonly pipelines: string | null;
    readonly artifacts: string;
    readonly told: (text: string) => void;
  },
): Promise<{ readonly seconds: number; readonly bytes: number } | null> {
  const outlet = artifactsOutlet(part, artifacts);
  const times: number[] = [];
  const work = makeLacking(part, samples, { name: "plan", artifacts, open: makersIn(pipelines) });
  try {
    for await (const event of work) {
      if (event.kind !== "making") continue;
      told(`${part.kind}, ${event.done} of ${event.total} images`);
      if (event.done >= times.length) times.push(performance.now() / 1000);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null; // its pipeline is not there, which the needs tell
    throw error;
  }
  const files = distinct(samples, outlet).map((sample) => join(outlet.root, outlet.fileOf(sample)));
  const sizes = await Promise.all(files.map((file) => Deno.stat(file).then(({ size }) => size, () => 0)));
  const made = sizes.filter((size) => size > 0);
  if (made.length === 0) return null;
  const [first, last] = [times[Math.min(1, times.length - 1)], times[times.length - 1]];
  const counted = Math.max(1, times.length - 2);
  return {
    seconds: times.length > 2 ? (last - first) / counted : last - times[0],
    bytes: Math.round(made.reduce((sum, size) => sum + size, 0) / made.length),
  };
}

async function randomSamples(folder: string): Promise<Sample[]> {
  return await Promise.all(Array.from({ length: IMAGES }, async (_, i): Promise<Sample> => {
    const draw = random(1, "plan", "making", i);
    const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => draw.integer(256));
    const file = join(folder, `making-${i}.png`);
    await Deno.writeFile(file, await encodeImage({ data, width: SIDE, height: SIDE }, { format: "png" }));
    const about = { label: "real", source: file, generator: null, set: null, split: "train", caption: null } as const;
    return { id: `making-${i}`, file, ...about };
  }));
}
