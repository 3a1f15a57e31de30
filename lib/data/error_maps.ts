/** Error maps: who has one, and what is in it. */
// B rows · h, w height and width of error maps
import { sourceOf } from "../engine/byte_source.ts";
import { tensor, type Tensor4D } from "../engine/ops.ts";
import { readSafetensors, type Stored } from "../engine/safetensors.ts";
import { isFloating } from "../engine/stored.ts";
import { isTorchFile, torchTensors } from "../engine/torch_file.ts";
import type { Refinement } from "../models/mod.ts";
import { findErrorMaps } from "../reconstruct/mod.ts";
import type { Pair, Sample } from "../types.ts";

/** Channels of an error map, those of the latents. */
const CHANNELS = 4;

/** Samples by what they are for. */
interface Divided {
  readonly train: readonly Pair[];
  readonly validation: readonly Pair[];
  readonly test: readonly Sample[];
}

/**
 * The same samples with the error maps that a refinement looks at, as `findErrorMaps` finds them; reconstructions of the
 * training split, which are rows of batches, with theirs. Those of the validation split are there to be measured: where
 * maps of theirs are missing, they are left out.
 *
 * @throws {Deno.errors.NotFound} when a sample has none
 */
export async function withErrorMaps<D extends Divided>(
  divided: D,
  { refine, artifacts }: { readonly refine: Refinement | null; readonly artifacts: string },
): Promise<D> {
  if (refine === null) return divided;
  const { train, validation, test } = divided;
  const rebuilt = (pairs: readonly Pair[]) => pairs.flatMap(({ reconstruction }) => reconstruction ?? []);
  const samples = (pairs: readonly Pair[]) => pairs.map(({ sample }) => sample);
  const needed = [...samples(train), ...rebuilt(train), ...samples(validation), ...test];
  const measured = rebuilt(validation);
  const found = new Map<Sample, Sample>();
  const look = async (wanted: readonly Sample[]): Promise<void> => {
    const mapped = await findErrorMaps(refine.map, wanted, { artifacts });
    for (const [i, sample] of wanted.entries()) found.set(sample, mapped[i]);
  };
  await look(needed);
  await look(measured).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const mapped = ({ sample, reconstruction }: Pair): Pair => ({
    sample: found.get(sample)!,
    reconstruction: reconstruction === null ? null : found.get(reconstruction) ?? null,
  });
  return {
    ...divided,
    train: train.map(mapped),
    validation: validation.map(mapped),
    test: test.map((sample) => found.get(sample)!),
  };
}

/** Error maps as the rows of a batch. */
export interface MapRows {
  /**
   * Reads the maps of samples, each into row `at[i]`.
   *
   * @returns why each could not be read, null where it could; such a row stays 0
   * @throws {Deno.errors.NotFound} when a file is not there, or a sample names none
   * @throws {TypeError} when maps differ in their shape
   */
  fill(samples: readonly Sample[], at: readonly number[]): Promise<(string | null)[]>;
  /** [B, h, w, 4], which the caller owns. */
  tensor(): Tensor4D;
}

/**
 * Rows for so many error maps.
 *
 * A map belongs to the whole image, whatever augmentation or view shows of it: it is not flipped, turned or cut with the
 * image. Source: LaRE², `train_classifier_wmap.py`, whose data set loads the map as it was stored beside an image that it
 * crops at random, and flips and turns where strong augmentation is on.
 */
export function mapRows(count: number): MapRows {
  let rows: { readonly data: Float32Array; readonly shape: readonly number[]; readonly file: string } | null = null;
  return {
    async fill(samples, at) {
      const read = await Promise.all(samples.map(async ({ id, errorMap }) => {
        if (errorMap !== undefined) return await readErrorMap(errorMap);
        throw new Deno.errors.NotFound(
          `Cannot take "${id}" into a batch: it has no error map, which the model looks at`,
        );
      }));
      return read.map((map, i) => {
        if (typeof map === "string") return map;
        const [, height, width] = map.shape;
        const file = samples[i].errorMap!;
        rows ??= { data: new Float32Array(count * height * width * CHANNELS), shape: map.shape, file };
        if (rows.shape.join() !== map.shape.join()) {
          throw new TypeError(
            `Cannot take the error map "${file}" into a batch: it has the shape [${map.shape.join(", ")}], ` +
              `"${rows.file}" [${rows.shape.join(", ")}]. Make all maps of a definition alike`,
          );
        }
        const places = height * width, from = at[i] * places * CHANNELS;
        // [4, h, w] → [h, w, 4]
        for (let channel = 0; channel < CHANNELS; channel++) {
          for (let place = 0; place < places; place++) {
            rows.data[from + place * CHANNELS + channel] = map.data[channel * places + place];
          }
        }
        return null;
      });
    },
    tensor() {
      const [, height, width] = rows?.shape ?? [CHANNELS, 1, 1]; // of images that all cannot be read, nobody looks at one
      const data = rows?.data ?? new Float32Array(count * CHANNELS);
      return tensor(data, [count, height, width, CHANNELS]) as Tensor4D;
    },
  };
}

async function bytesOf(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot read the error map "${file}": it is not there any more. Make it again`, {
      cause,
    });
  }
}

/** A map as its file holds it, [4, h, w]; or why it cannot be read. */
async function readErrorMap(
  file: string,
): Promise<{ readonly data: ArrayLike<number>; readonly shape: readonly number[] } | string> {
  const bytes = await bytesOf(file);
  const refused = (what: string): string => `Cannot read the error map "${file}": ${what}. Make it again`;
  let stored: Stored;
  try {
    const source = sourceOf(bytes);
    const tensors = isTorchFile(source) ? torchTensors(source) : readSafetensors(bytes);
    const named = tensors.get("map") ?? (tensors.size === 1 ? [...tensors.values()][0] : undefined);
    if (named === undefined) return refused(`it holds ${[...tensors.keys()].join(", ") || "nothing"}, expected "map"`);
    stored = named;
    const { shape } = stored;
    if (shape.length !== 3 || shape[0] !== CHANNELS || !isFloating(stored)) {
      return refused(`it holds ${stored.dtype} [${shape.join(", ")}], expected floating numbers [${CHANNELS}, h, w]`);
    }
    const data = stored.data as Float32Array | Float64Array;
    return data.every(Number.isFinite) ? { data, shape } : refused("it holds numbers that are not finite");
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) throw error;
    return refused(error.message);
  }
}
