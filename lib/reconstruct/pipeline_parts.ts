import { basename, join } from "node:path";
import { type OnnxHeader, readOnnxHeader } from "./onnx_file.ts";
import { type Slot, slotInWords } from "./onnx_slots.ts";

/**
 * What methods ask of a pipeline. A text encoder comes with its tokenizer, and in SDXL with the second of both; a UNet
 * with its scheduler.
 */
export const components = ["unet", "vae_encoder", "vae_decoder", "text_encoder"] as const;
/** One of {@linkcode components}. */
export type Component = typeof components[number];

/** The networks of a pipeline, by the folders that optimum names. */
export type NetworkName = Component | "text_encoder_2";

/** A network as it lies in its folder. */
export interface NetworkFile {
  readonly file: string;
  readonly header: OnnxHeader;
  /** Weights beside the network's own file, by name, with their sizes. */
  readonly beside: readonly { readonly file: string; readonly bytes: number }[];
  /** Bytes of the network's own file. */
  readonly bytes: number;
}

/** What each network takes and gives at the least; of a list one is enough. */
const wanted: Readonly<
  Record<NetworkName, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
> = {
  unet: { inputs: ["sample", "timestep", "encoder_hidden_states"], outputs: ["out_sample"] },
  vae_encoder: { inputs: ["sample"], outputs: ["latent_parameters", "latent_sample"] },
  vae_decoder: { inputs: ["latent_sample"], outputs: ["sample"] },
  text_encoder: { inputs: ["input_ids"], outputs: ["last_hidden_state", "text_embeds"] },
  text_encoder_2: { inputs: ["input_ids"], outputs: ["text_embeds"] },
};

/** Inputs that are filled where a network has them. */
const filled: Readonly<Partial<Record<NetworkName, readonly string[]>>> = { unet: ["text_embeds", "time_ids"] };

/**
 * Finds a network in a pipeline's folder.
 *
 * @param problems gets a line for each thing that is missing or wrong
 * @returns null when it cannot be used
 */
export async function findNetwork(
  folder: string,
  name: NetworkName,
  problems: string[],
): Promise<NetworkFile | null> {
  const file = join(folder, name, "model.onnx");
  const own = await sizeOf(file);
  if (own === null) {
    const torch = await hasWeightsOfTorch(join(folder, name.replace(/^vae_.*$/, "vae")));
    problems.push(
      `${name}/model.onnx: missing${torch ? "; the folder has the network as PyTorch has it, before an export" : ""}`,
    );
    return null;
  }
  let header: OnnxHeader;
  try {
    header = readOnnxHeader(file);
  } catch (error) {
    const pointer = own < 1024 ? ", perhaps a pointer of Git LFS: git lfs pull brings the file" : "";
    problems.push(
      `${name}/model.onnx: ${(error as Error).message.replace(/^.*network: /, "")} (${own} bytes${pointer})`,
    );
    return null;
  }
  const before = problems.length;
  const beside: { file: string; bytes: number }[] = [];
  for (const [location, least] of header.external) {
    const bytes = await sizeOf(join(folder, name, location));
    if (bytes === null || bytes < least) {
      const given = bytes === null ? "missing" : `${bytes} bytes`;
      problems.push(`${name}/${location}: ${given}, expected ${least} bytes of weights; copy it with model.onnx`);
    } else beside.push({ file: join(folder, name, location), bytes });
  }
  checkSlots(name, header, problems);
  return problems.length === before ? { file, header, beside, bytes: own } : null;
}

function checkSlots(name: NetworkName, { inputs, outputs, draws }: OnnxHeader, problems: string[]): void {
  const file = `${name}/model.onnx`;
  const told = (slots: readonly Slot[]) => slots.map(slotInWords).join(", ") || "nothing";
  const need = wanted[name];
  const has = (slots: readonly Slot[], one: string) => slots.some((slot) => slot.name === one);
  if (!need.inputs.every((one) => has(inputs, one))) {
    problems.push(`${file}: takes ${told(inputs)}, expected ${need.inputs.join(", ")}`);
  }
  const more = inputs.filter((slot) => ![...need.inputs, ...filled[name] ?? []].includes(slot.name));
  if (more.length > 0) problems.push(`${file}: also takes ${told(more)}, which no method here gives it`);
  if (!need.outputs.some((one) => has(outputs, one))) {
    problems.push(`${file}: gives ${told(outputs)}, expected ${need.outputs.join(" or ")}`);
  }
  if (draws) {
    problems.push(
      `${file}: draws random numbers by itself, so that nothing made with it can be made again; ` +
        "optimum 1.23 and later export the encoder without",
    );
  }
}

/** Bytes of a file, null where there is none. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    const { isFile, size } = await Deno.stat(file);
    return isFile ? size : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

async function hasWeightsOfTorch(folder: string): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir(folder)) if (/\.(safetensors|bin)$/.test(basename(name))) return true;
  } catch {
    // there is no such folder
  }
  return false;
}
