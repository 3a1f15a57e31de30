/** A detector as one ONNX file, with what there is to know of it in the file's metadata. */
import { tensor, type Tensor2D, type Tensor4D } from "../../engine/ops.ts";
import { disposeTree } from "../../engine/tree.ts";
import { description } from "../../models/describe.ts";
import { captionsOf, forwardModel } from "../../models/model.ts";
import { random } from "../../random.ts";
import { openSession } from "../../reconstruct/session.ts";
import type { IntValues, Values } from "../../reconstruct/values.ts";
import { writeAtomic } from "../../runs/atomic.ts";
import type { Exported, Sides } from "../exported.ts";
import { preprocessingOf } from "../preprocessing.ts";
import { giveOut } from "./judged.ts";
import { drawNetwork } from "./network.ts";

/** What was written. */
export interface OnnxWritten {
  /** Where. */
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  /** Names of inputs with their shapes, as "images [batch, 3, 64, 64]". */
  readonly inputs: readonly string[];
  /** See `inputs`. */
  readonly outputs: readonly string[];
  /**
   * Largest difference between its logits and the network's own, in ONNX Runtime on images of noise; null where it was not
   * looked for.
   */
  readonly apart: number | null;
  /** Why it was not; null where it was. */
  readonly unchecked: string | null;
}

/** So far apart, relative to the largest logit or 1, are a network and its file where something is wrong. */
const TOLERANCE = 1e-3;

/**
 * Writes a network as an ONNX file, looks at some noise with both, and keeps the file when they agree.
 *
 * Inputs are "images" [batch, 3, S, S], RGB of 0…1, which the graph normalises itself, "tokens" [batch, T] (int64) of
 * captions and "error_maps" [batch, 4, h, w] where the network looks at them. Outputs are "logits" [batch, K], "embedding"
 * [batch, D], "score" [batch], the probability of fake as the network has it, and "probability" [batch], calibrated as
 * `detect` calibrates it. Texts of the metadata are JSON but for those that are plain words.
 *
 * @throws {RangeError} when the network has an operation that is not exported, naming it, or the file would pass 2 GB
 * @throws {Error} when the file's logits are not the network's
 */
export async function writeOnnx(exported: Exported, file: string): Promise<OnnxWritten> {
  const { name, model, network, view, pixels, judgement } = exported;
  const errorMaps = await exported.mapSides();
  const drawn = await drawNetwork({ name, model, network, size: view.size, pixels, errorMaps });
  giveOut(drawn, judgement.calibration);
  const bytes = drawn.graph.bytes({ metadata: metadataOf(exported) });
  await writeAtomic(file, bytes);
  const checked = await compared(exported, { file, errorMaps });
  if (checked.apart !== null && !(checked.apart <= TOLERANCE)) {
    await Deno.remove(file);
    throw new Error(
      `Cannot export "${name}" as ONNX: in ONNX Runtime its logits are ${checked.apart} apart from the network's own, ` +
        `expected at most ${TOLERANCE}. This is a fault of the export; the file was removed`,
    );
  }
  const slots = { inputs: drawn.graph.inputs.map(slotText), outputs: drawn.graph.outputs.map(slotText) };
  return { file, bytes: bytes.length, ...slots, ...checked };
}

function slotText({ name, shape }: { readonly name: string; readonly shape: readonly (number | string)[] }): string {
  return `${name} [${shape.join(", ")}]`;
}

/** Everything that a reader of the file needs, by key. */
function metadataOf(exported: Exported): Record<string, string> {
  const { name, about, model, network, view, pixels, judgement, tested, run } = exported;
  const { threshold, frozen, calibration, rates } = judgement;
  return {
    name,
    about: about.join(". "),
    classes: JSON.stringify(["real", "fake"]),
    preprocessing: JSON.stringify(preprocessingOf(view, pixels, "inside the network")),
    threshold: JSON.stringify({ threshold, of: "score", fake: "above it", frozen }),
    calibration: JSON.stringify(calibration),
    rates: JSON.stringify(rates),
    tested: JSON.stringify(tested),
    model: JSON.stringify(model),
    layers: description(network.params),
    ...(run === null ? {} : {
      run: run.record.id,
      definition: JSON.stringify(run.definition),
      looksAt: run.definition.reconstruct?.kind === "residual"
        ? "what a reconstruction lost of an image, in place of the image"
        : "the image",
    }),
  };
}

/** Images that are looked at by both; more than one, so that no side is fixed that should be free. */
const LOOKED_AT = 2;

async function compared(
  { model, network, view: { size }, pixels: { mean, std } }: Exported,
  { file, errorMaps }: { readonly file: string; readonly errorMaps: Sides | null },
): Promise<Pick<OnnxWritten, "apart" | "unchecked">> {
  const draw = random(1, "export");
  const noise = (count: number) => Float32Array.from({ length: count }, () => draw.uniform());
  const images = noise(LOOKED_AT * 3 * size * size);
  const captions = captionsOf(model);
  const tokens = Int32Array.from(
    { length: LOOKED_AT * (captions?.length ?? 0) },
    () => draw.integer(captions!.vocabulary),
  );
  const [height, width] = errorMaps ?? [0, 0];
  const maps = noise(LOOKED_AT * 4 * height * width);
  const feeds: Record<string, Values | IntValues> = {
    images: { data: images, shape: [LOOKED_AT, 3, size, size] },
    ...(captions === null ? {} : { tokens: { data: tokens, shape: [LOOKED_AT, captions.length] } }),
    ...(errorMaps === null ? {} : { error_maps: { data: maps, shape: [LOOKED_AT, 4, height, width] } }),
  };
  let said: Readonly<Record<string, Values>>;
  try {
    await using session = await openSession(file, { provider: "cpu" });
    said = await session.run(feeds);
  } catch (error) {
    if (!/^Cannot load ONNX Runtime/.test((error as Error).message)) throw error;
    return { apart: null, unchecked: (error as Error).message };
  }
  const normal = channelsLast(images, 3).map((value, i) => (value - mean[i % 3]) / std[i % 3]);
  const given = {
    images: tensor(normal, [LOOKED_AT, size, size, 3]) as Tensor4D,
    ...(captions === null ? {} : { tokens: tensor(tokens, [LOOKED_AT, captions.length], "int32") as Tensor2D }),
    errorMaps: errorMaps === null ? null : tensor(channelsLast(maps, 4), [LOOKED_AT, height, width, 4]) as Tensor4D,
  };
  const outputs = forwardModel(model, network, given);
  try {
    const own = await outputs.logits.data();
    const most = Math.max(1, ...Array.from(own, Math.abs));
    return {
      apart: Math.max(...Array.from(own, (value, i) => Math.abs(value - said.logits.data[i]))) / most,
      unchecked: null,
    };
  } finally {
    disposeTree([...Object.values(outputs), ...Object.values(given).filter((each) => each !== null)]);
  }
}

/** [N, C, …] → [N, …, C] */
function channelsLast(values: Float32Array, channels: number): Float32Array {
  const out = new Float32Array(values.length), places = values.length / channels / LOOKED_AT;
  for (let i = 0; i < values.length; i++) {
    const [place, channel, image] = [i % places, Math.floor(i / places) % channels, Math.floor(i / places / channels)];
    out[(image * places + place) * channels + channel] = values[i];
  }
  return out;
}
