/** Images, maps and captions that stand in for those of a data set that is not there. */
import { join } from "node:path";
import type { ReadCaptions } from "../data/captions.ts";
import { openCaptions } from "../data/captions.ts";
import { tensor, type Tensor2D } from "../engine/ops.ts";
import { writeSafetensors } from "../engine/safetensors.ts";
import type { Experiment } from "../experiment.ts";
import { encodeImage } from "../image/encode.ts";
import { captionsOf } from "../models/model.ts";
import { random } from "../random.ts";
import { twinsOf } from "../reconstruct/mod.ts";
import type { Label, Pair, Sample } from "../types.ts";

/** Different pictures of a class. */
const PICTURES = 4;

/** Pairs of random pictures of the view's size, as many of either class as fill a step. */
export async function randomPairs(experiment: Experiment, folder: string): Promise<Pair[]> {
  const { batch: { size, accumulate }, view, reconstruct } = experiment;
  const count = size * (accumulate ?? 1);
  const of = twinsOf(reconstruct)?.of ?? null;
  const files = await Promise.all((["real", "fake"] as const).map((label) => pictures(folder, label, view.size)));
  return (["real", "fake"] as const).flatMap((label, at) =>
    Array.from({ length: count }, (_, i): Pair => {
      const id = `${label}-${i}`;
      const sample: Sample = {
        ...{ id, file: files[at][i % PICTURES], label, source: id, generator: label === "fake" ? "random" : null },
        ...{ set: null, split: "train", caption: "a photograph of nothing at all" },
      };
      const rebuilt = of === "both" || of === label;
      return { sample, reconstruction: rebuilt ? { ...sample, id: `${id}@`, label: "fake" } : null };
    })
  );
}

async function pictures(folder: string, label: Label, side: number): Promise<string[]> {
  return await Promise.all(Array.from({ length: PICTURES }, async (_, i) => {
    const draw = random(1, "plan", label, i);
    const data = Uint8Array.from({ length: side * side * 3 }, () => draw.integer(256));
    const file = join(folder, `${label}-${i}.png`);
    await Deno.writeFile(file, await encodeImage({ data, width: side, height: side }, { format: "png" }));
    return file;
  }));
}

/** The same pairs, each sample with an error map: one of random numbers where it has none of its own. */
export async function withRandomMaps(
  pairs: readonly Pair[],
  { model: { refine } }: Experiment,
  folder: string,
): Promise<Pair[]> {
  if (refine === null) return [...pairs];
  const side = (refine.map?.size ?? 256) / 8;
  const data = random(1, "plan", "map").normals(4 * side * side);
  const file = join(folder, "map.safetensors");
  await Deno.writeFile(file, writeSafetensors(new Map([["map", { dtype: "F32", shape: [4, side, side], data }]])));
  const mapped = (sample: Sample): Sample => ({ ...sample, errorMap: sample.errorMap ?? file });
  return pairs.map(({ sample, reconstruction }) => ({
    sample: mapped(sample),
    reconstruction: reconstruction === null ? null : mapped(reconstruction),
  }));
}

/** What reads captions; where the vocabulary is not there, whatever they say is read as the same numbers. */
export async function captionsOrNumbers(experiment: Experiment, weights: string | null): Promise<ReadCaptions | null> {
  const wanted = captionsOf(experiment.model);
  if (wanted === null) return null;
  try {
    return await openCaptions(experiment.model, weights);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const { length, vocabulary } = wanted;
    const text = Int32Array.from({ length }, (_, i) => i < 8 ? i : vocabulary - 1);
    return (samples, rows = samples.length) => {
      const values = new Int32Array(rows * length);
      for (let i = 0; i < rows; i++) values.set(text, i * length);
      return tensor(values, [rows, length], "int32") as Tensor2D;
    };
  }
}
