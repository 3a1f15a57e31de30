/** Images read, looked at some at a time, and told of. */
import { dirname, relative } from "node:path";
import { tensor, type Tensor4D } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { fillNormalised } from "../image/normalise.ts";
import { fakeProbability, forwardModel, seesErrors } from "../models/model.ts";
import type { Label, Sample } from "../types.ts";
import type { Detection, DetectOptions } from "./detect.ts";
import type { Detector } from "./detector.ts";
import { explanationPath, type ImageGiven, type Read, readImage, Refused } from "./images.ts";
import { verdictOf } from "./judgement.ts";
import { inPasses, pooled, type Squares, squaresHeat } from "./squares.ts";
import { outside } from "./tested.ts";

/** An image on its way: read, or why it was not. */
export interface Taken {
  readonly given: ImageGiven;
  readonly file: string;
  readonly read: Read | Refused;
  /** As the network looks at it: with its error map. */
  readonly sample: Sample | null;
}

/** Reads an image, and what was made of it before where the network looks at that. */
export async function taken(
  { model, view, prepared }: Detector,
  given: ImageGiven,
  { root, tiled }: { readonly root?: string; readonly tiled: boolean },
): Promise<Taken> {
  const file = typeof given === "string" ? given : given.name;
  try {
    const sample = prepared === null ? null : await preparedSample(prepared, given, root);
    if (sample !== null && seesErrors(model)) await checkMap(sample);
    const looked = sample !== null && sample.file !== file ? sample.file : null;
    return { given, file, sample, read: await readImage(given, { view, looked, tiled }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { given, file, sample: null, read: error };
  }
}

async function preparedSample(
  prepared: NonNullable<Detector["prepared"]>,
  given: ImageGiven,
  root?: string,
): Promise<Sample> {
  if (typeof given !== "string") {
    throw new Refused(
      `Cannot judge "${given.name}": the network looks at what a pipeline made of an image before, which is found by ` +
        "the image's path. Give a file",
    );
  }
  const about = { label: "real", split: "test", source: given, set: null, generator: null, caption: null } as const;
  try {
    const id = relative(root ?? dirname(given), given).replaceAll("\\", "/");
    return await prepared({ id, file: given, ...about });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

/** Looks at some images at once, and tells of each. */
export async function* looked(
  detector: Detector,
  taken: readonly Taken[],
  { explain, tiles = "mean" }: Pick<DetectOptions, "explain" | "tiles">,
): AsyncGenerator<Detection, void> {
  const whole = taken.filter((each): each is Whole => !(each.read instanceof Refused));
  const uncut = whole.filter(({ read }) => read.squares === null);
  const scores = uncut.length === 0 ? [] : await scoresOf(detector, uncut.map(({ read }) => read.seen), uncut);
  for (const each of taken) {
    const { file, read } = each;
    if (read instanceof Refused) {
      yield { file, error: read.message };
      continue;
    }
    const squares = read.squares === null ? null : await squareScores(detector, read.squares);
    const score = squares === null ? scores[uncut.indexOf(each as Whole)] : pooled(squares, tiles);
    const { probability, verdict } = verdictOf(detector.judgement, score);
    const warnings = [...outside(read.header, detector, { whole: squares !== null }), ...spoken(read, squares)];
    const explanation = explain ? await explained(detector, each as Whole, { verdict, squares }) : null;
    yield { file, probability, verdict, warnings, explanation };
  }
}

function spoken({ stored }: Read, squares: Float32Array | null): string[] {
  const pooledRates = "its squares were judged together; the error rates are those of one square an image";
  return [...squares === null ? [] : [pooledRates], ...stored === null ? [] : [stored]];
}

async function squareScores(detector: Detector, { images }: Squares): Promise<Float32Array> {
  return await inPasses(images, (some) => scoresOf(detector, some, []));
}

/** An image that was read. */
interface Whole extends Taken {
  readonly read: Read;
}

/** The scores of what is seen; `whole` are the images that it is of, which the maps are found by. */
async function scoresOf(
  detector: Detector,
  seen: readonly Image[],
  whole: readonly Whole[],
): Promise<Float32Array> {
  const { model, network, captions } = detector;
  const images = rowsOf(detector, seen);
  const errorMaps = seesErrors(model) ? await mapsOf(whole) : null;
  const tokens = captions?.([], seen.length) ?? null;
  const outputs = forwardModel(model, network, { images, errorMaps, ...(tokens === null ? {} : { tokens }) });
  const fake = fakeProbability(outputs.logits);
  disposeTree([images, ...Object.values(outputs), ...[errorMaps, tokens].filter((each) => each !== null)]);
  try {
    return await fake.data() as Float32Array;
  } finally {
    fake.dispose();
  }
}

/** What is seen of images as the network takes it, [B, size, size, 3]. */
function rowsOf({ view: { size }, mean, std }: Detector, seen: readonly Image[]): Tensor4D {
  const values = new Float32Array(seen.length * size * size * 3);
  for (const [i, { data }] of seen.entries()) {
    fillNormalised(values.subarray(i * size * size * 3, (i + 1) * size * size * 3), data, { mean, std });
  }
  return tensor(values, [seen.length, size, size, 3]);
}

/** Refuses an image whose error map cannot be read, so that it spoils none beside it. */
async function checkMap(sample: Sample): Promise<void> {
  const { mapRows } = await import("../data/error_maps.ts");
  const [reason] = await mapRows(1).fill([sample], [0]);
  if (reason !== null) throw new Refused(reason);
}

async function mapsOf(whole: readonly Whole[]): Promise<Tensor4D> {
  const { mapRows } = await import("../data/error_maps.ts");
  const rows = mapRows(whole.length);
  await rows.fill(whole.map(({ sample }) => sample!), whole.map((_, i) => i));
  return rows.tensor();
}

/** Writes the picture that explains a verdict; its path. */
async function explained(
  detector: Detector,
  whole: Whole,
  { verdict, squares }: { readonly verdict: Label; readonly squares: Float32Array | null },
): Promise<string> {
  const { explanationOf } = await import("./explain.ts");
  const { encodeImage } = await import("../image/encode.ts");
  const { writeAtomic } = await import("../runs/atomic.ts");
  const { seen, squares: cut } = whole.read;
  const heat = squares === null || cut === null ? null : squaresHeat(squares, cut, verdict === "fake");
  const images = rowsOf(detector, [seen]);
  try {
    const at = { images, verdict, seen, sample: whole.sample, given: whole.given, squares: heat };
    const picture = await explanationOf(detector, at);
    const path = explanationPath(whole.given);
    await writeAtomic(path, await encodeImage(picture, { format: "png" }));
    return path;
  } finally {
    images.dispose();
  }
}
