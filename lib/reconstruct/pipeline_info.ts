import { basename, join, resolve } from "node:path";
import { isRecord } from "../definition/part.ts";
import { parsePythonJson, readSchedulerConfig, type SchedulerConfig } from "./noise/mod.ts";
import {
  channelsOfLatents,
  type Config,
  type Family,
  familyOf,
  numberOr,
  refuseOthers,
  sideOf,
} from "./pipeline_kind.ts";
import { pipelineIdentity } from "./pipeline_identity.ts";
import {
  type Component,
  components,
  findNetwork,
  type NetworkFile,
  type NetworkName,
  sizeOf,
} from "./pipeline_parts.ts";

/** What a folder holds, before anything of it is loaded. */
export interface PipelineInfo {
  /** Base name of the folder. */
  readonly name: string;
  readonly folder: string;
  readonly family: Family;
  /** Whether the UNet takes nine channels: latents, mask, masked latents. */
  readonly inpainting: boolean;
  /** @throws {TypeError} where the pipeline was read without its UNet */
  readonly scheduler: SchedulerConfig;
  /** Latents are (encoded − shiftFactor) × scalingFactor. */
  readonly scalingFactor: number;
  /** Null: none. */
  readonly shiftFactor: number | null;
  /** Channels of latents, 4; an image model with a codebook has 3. */
  readonly latentChannels: number;
  /** Pixels a latent stands for on each side, 8. */
  readonly latentScale: number;
  /** What the sides of latents are a multiple of for the UNet: 1 where it takes any, see `OnnxHeader.doubling`. */
  readonly latentMultiple: number;
  /** Side of the images that it was trained on, in pixels; null where no file says so. */
  readonly sampleSize: number | null;
  /** Whether its networks take numbers of 16 bits. */
  readonly float16: boolean;
  /** Tokens of a prompt, 77. */
  readonly contextLength: number;
  /** Whether no prompt is zeros instead of the empty text (SDXL). */
  readonly zerosForEmpty: boolean;
  /** The same for the same files on every machine, see `pipelineIdentity`. */
  readonly identity: string;
  /** The networks that were asked for. */
  readonly networks: ReadonlyMap<NetworkName, NetworkFile>;
  /** What the configurations of UNet and autoencoder say; empty where there is no file. */
  readonly configs: Readonly<Record<"unet" | "vae", Config>>;
}

/**
 * Reads what a folder in the layout of `optimum-cli export onnx` holds. No network is loaded: their files tell what they
 * take and give, and which weights lie beside them.
 *
 * @param wants what is going to be used of it; everything by default
 * @throws {Deno.errors.NotFound} with a list of all that is missing or wrong, and what makes it
 */
export async function readPipeline(folder: string, wants: readonly Component[] = components): Promise<PipelineInfo> {
  const problems: string[] = [];
  if (!(await Deno.stat(folder).catch(() => null))?.isDirectory) {
    throw new Deno.errors.NotFound(`Cannot find the pipeline "${folder}": there is no such folder. ${MAKE}`);
  }
  const read = (...path: string[]) => readJson(folder, path.join("/"), problems);
  const index = await read("model_index.json") ?? {};
  refuseOthers(index, problems);
  const networks = new Map<NetworkName, NetworkFile>();
  for (const name of wants) await add(name);
  const unetConfig = await read("unet/config.json") ?? {};
  const vaeConfig = await read("vae_decoder/config.json") ?? await read("vae_encoder/config.json") ?? {};
  const family = familyOf(index, { unet: networks.get("unet"), unetConfig, bert: await hasBert(folder) });
  if (wants.includes("text_encoder")) {
    if (family === "sdxl") await add("text_encoder_2");
    for (const name of family === "sdxl" ? ["tokenizer", "tokenizer_2"] : ["tokenizer"]) {
      await checkTokenizer(folder, name, problems);
    }
  }
  const schedulerFile = "scheduler/scheduler_config.json";
  const scheduler = wants.includes("unet") ? await readScheduler(folder, schedulerFile, problems) : null;
  const vae = networks.has("vae_encoder") || networks.has("vae_decoder");
  const scalingFactor = vaeConfig.scaling_factor;
  if (vae && typeof scalingFactor !== "number") {
    problems.push('vae_decoder/config.json: says no "scaling_factor"; copy vae/config.json of the checkpoint there');
  }
  const latentChannels = channelsOfLatents(networks, { unetConfig, vaeConfig });
  if (problems.length > 0) throw refusal(folder, problems);
  const latentScale = Array.isArray(vaeConfig.block_out_channels) ? 2 ** (vaeConfig.block_out_channels.length - 1) : 8;
  const textConfig = await read("text_encoder/config.json") ?? {};
  const files = [...networks.values()].flatMap(({ file, beside }) => [file, ...beside.map((one) => one.file)]);
  const besides = [
    ...vae ? ["vae_decoder/config.json", "vae_encoder/config.json"] : [],
    ...wants.includes("unet") ? [schedulerFile, "unet/config.json"] : [],
    ...wants.includes("text_encoder") ? tokenizerFiles(family) : [],
  ];
  return {
    name: basename(resolve(folder)),
    folder,
    family,
    inpainting: sideOf(networks.get("unet")?.header.inputs, "sample") === 9 ||
      (unetConfig.in_channels === 9 && networks.has("unet")),
    get scheduler() {
      if (scheduler !== null) return scheduler;
      throw new TypeError(`Cannot take the scheduler of "${folder}": the pipeline was read without its UNet`);
    },
    scalingFactor: typeof scalingFactor === "number" ? scalingFactor : 1,
    shiftFactor: typeof vaeConfig.shift_factor === "number" ? vaeConfig.shift_factor : null,
    latentChannels,
    latentScale,
    latentMultiple: networks.get("unet")?.header.doubling ?? 1,
    sampleSize: numberOr(unetConfig.sample_size, (side) => side * latentScale) ?? numberOr(vaeConfig.sample_size),
    float16: [...networks.values()].some(({ header }) => header.inputs.some(({ type }) => type === "float16")),
    contextLength: numberOr(textConfig.max_position_embeddings) ?? 77,
    zerosForEmpty: family === "sdxl" && index.force_zeros_for_empty_prompt !== false,
    identity: await pipelineIdentity(folder, [...files, ...besides.map((file) => join(folder, file))]),
    networks,
    configs: { unet: unetConfig, vae: vaeConfig },
  };

  async function add(name: NetworkName): Promise<void> {
    const found = await findNetwork(folder, name, problems);
    if (found !== null) networks.set(name, found);
  }
}

const MAKE = "Pipelines are made of checkpoints by: optimum-cli export onnx --model CHECKPOINT FOLDER " +
  "(docs/pipelines.md has the command for each)";

function refusal(folder: string, problems: readonly string[]): Error {
  const count = problems.length === 1 ? "one thing is" : `${problems.length} things are`;
  return new Deno.errors.NotFound(
    `Cannot use the pipeline "${folder}": ${count} missing or wrong\n` +
      `${problems.map((line) => `  ${line}`).join("\n")}\n${MAKE}`,
  );
}

/** The scheduler's configuration; null where it is missing or not one that is known. */
async function readScheduler(folder: string, file: string, problems: string[]): Promise<SchedulerConfig | null> {
  const path = join(folder, file);
  if (await sizeOf(path) === null) {
    problems.push(`${file}: missing; it is part of every checkpoint, and an export copies it`);
    return null;
  }
  try {
    return readSchedulerConfig(parsePythonJson(await Deno.readTextFile(path)), file);
  } catch (error) {
    const { name, message } = error as Error;
    problems.push(name === "SyntaxError" ? `${file}: is no JSON (${message})` : message);
    return null;
  }
}

/** A file's JSON object, null where there is no file. */
async function readJson(folder: string, file: string, problems: string[]): Promise<Record<string, unknown> | null> {
  const path = join(folder, file);
  if (await sizeOf(path) === null) return null;
  try {
    const value = JSON.parse(await Deno.readTextFile(path));
    if (isRecord(value)) return value;
    problems.push(`${file}: is no JSON object`);
  } catch (error) {
    problems.push(`${file}: is no JSON (${(error as Error).message})`);
  }
  return null;
}

async function hasBert(folder: string): Promise<boolean> {
  return await sizeOf(join(folder, "tokenizer/vocab.txt")) !== null;
}

async function checkTokenizer(folder: string, name: string, problems: string[]): Promise<void> {
  const [whole, vocabulary, merges, words] = await Promise.all(
    ["tokenizer.json", "vocab.json", "merges.txt", "vocab.txt"].map((file) => sizeOf(join(folder, name, file))),
  );
  if (whole !== null || words !== null || vocabulary !== null && merges !== null) return;
  problems.push(
    `${name}: has no tokenizer.json, no vocab.json with merges.txt and no vocab.txt; ` +
      `copy ${name} of the checkpoint there`,
  );
}

function tokenizerFiles(family: Family): string[] {
  return (family === "sdxl" ? ["tokenizer", "tokenizer_2"] : ["tokenizer"]).flatMap((name) =>
    ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt"]
      .map((file) => `${name}/${file}`)
  );
}
