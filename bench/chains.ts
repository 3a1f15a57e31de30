// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Whole chains beside diffusers', over tiny pipelines of random weights: SD 1, SD 2 with velocities, SDXL and LDM.
 *
 *     deno task bench:chains [--folder DIR]
 *
 * PYTHON names an interpreter that has what bench/peers/pipelines.py needs. Both sides get the same image and the same
 * noise; with --folder what Python made is kept there, and not made again where it is. Ends with 1 when a result is off
 * by more than 1e-3.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { readSafetensors, type Stored } from "../lib/engine/safetensors.ts";
import { invertAndBack } from "../lib/reconstruct/ddim.ts";
import { noiseAndBack } from "../lib/reconstruct/img2img.ts";
import { inpaint } from "../lib/reconstruct/inpainting.ts";
import { latentErrorOf } from "../lib/reconstruct/latent_errors.ts";
import { encodeImages } from "../lib/reconstruct/latents.ts";
import { openPipeline, type Pipeline, readPipeline } from "../lib/reconstruct/pipeline.ts";
import { tellingOf } from "../lib/reconstruct/predict.ts";
import { encodePrompt } from "../lib/reconstruct/prompt.ts";
import { roundTrip } from "../lib/reconstruct/vae.ts";
import type { Values } from "../lib/reconstruct/values.ts";
import { distance } from "../tests/golden_kinds/cases.ts";

/** A chain, as chains.py writes it. */
interface Case {
  readonly name: string;
  readonly kind: "inpaint" | "img2img" | "vae" | "ddim" | "latentError";
  readonly family: string;
  readonly steps: number;
  readonly guidance: number;
  readonly strength: number;
  readonly prompt: string;
  readonly step: number;
}

/** Largest |got − want| / max(1, max |want|). */
const TOLERANCE = 1e-3;

/** Each chain: its image −1…1 and its noise, in the order in which diffusers draws it. */
const chains: Record<Case["kind"], (pipeline: Pipeline, given: Given) => Promise<Float32Array>> = {
  async inpaint(pipeline, { image, noise, spec: { steps, guidance } }) {
    // SDXL draws the image's latents first; the others draw noise alone before the masked image's
    const [latents, masked] = pipeline.info.family === "sdxl" ? noise.slice(1) : noise;
    const begun = pipeline.info.family === "sdxl" ? noise[0] : null;
    const telling = await tellingOf(pipeline, { prompt: "", guidance });
    const plan = { noise: { latents, masked, begun }, steps, scheduler: null, telling };
    return shown((await inpaint(pipeline, image, plan)).images);
  },
  async img2img(pipeline, { image, noise: [posterior, latents], spec: { steps, strength, ...told } }) {
    const telling = await tellingOf(pipeline, told);
    const plan = { noise: { latents, posterior }, steps, strength, scheduler: null, telling };
    return shown((await noiseAndBack(pipeline, image, plan)).images);
  },
  vae: async (pipeline, { image, noise }) => shown(await roundTrip(pipeline, image, noise[0])),
  async ddim(pipeline, { image, spec: { steps, prompt } }) {
    const telling = await tellingOf(pipeline, { prompt, guidance: 1 });
    return shown((await invertAndBack(pipeline, image, { steps, telling })).images);
  },
  async latentError(pipeline, { image, noise: [posterior, noise], spec: { step, prompt } }) {
    const { data, shape } = await encodeImages(pipeline, image, posterior);
    const told = await encodePrompt(pipeline, prompt);
    const [map] = await latentErrorOf(pipeline, { latents: [data], shape: shape.slice(1), noise, step, prompt: told });
    return map.data;
  },
};

interface Given {
  readonly image: Values;
  readonly noise: readonly Float32Array[];
  readonly spec: Case;
}

const { folder: kept } = parseArgs(Deno.args, { string: ["folder"] });
const folder = kept ?? await Deno.makeTempDir({ prefix: "counterproof-bench-" });
let worst = 0;
try {
  if (!await Deno.stat(`${folder}/cases.json`).catch(() => null)) await makeCases();
  for (const spec of JSON.parse(await Deno.readTextFile(`${folder}/cases.json`)) as Case[]) {
    const tensors = readSafetensors(await Deno.readFile(`${folder}/${spec.name}.safetensors`));
    const floats = (name: string) => Float32Array.from((tensors.get(name) as Stored).data as Float32Array);
    const noise = [...tensors.keys()].filter((name) => name.startsWith("noise")).sort().map(floats);
    const image = { data: floats("image").map((value) => 2 * value - 1), shape: tensors.get("image")!.shape };
    await using pipeline = await openPipeline(await readPipeline(`${folder}/${spec.family}`), { provider: "cpu" });
    const got = await chains[spec.kind](pipeline, { image, noise, spec });
    const error = distance({ got, want: floats("result") });
    worst = Math.max(worst, error);
    console.log(`${spec.name}: off by ${error.toExponential(1)}${error > TOLERANCE ? ", too far" : ""}`);
  }
} finally {
  if (kept === undefined) await Deno.remove(folder, { recursive: true });
}
if (worst > TOLERANCE) Deno.exit(1);

async function makeCases(): Promise<void> {
  const script = fileURLToPath(new URL("./peers/chains.py", import.meta.url));
  const python = new Deno.Command(Deno.env.get("PYTHON") ?? "python3", { args: [script, folder] });
  const { success } = await python.spawn().status;
  if (!success) {
    throw new Error(`Cannot compare: "${script}" failed. PYTHON names an interpreter that has its packages`);
  }
}

/** Images 0…1, as diffusers gives them. */
function shown({ data }: Values): Float32Array {
  return data.map((value) => Math.min(Math.max(value / 2 + 0.5, 0), 1));
}
