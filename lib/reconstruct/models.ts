/** Pipelines: folders that parts name, and which checkpoints the names in common use stand for. */
import { show } from "../definition/part.ts";

/** What lies in a folder of a known name. Any other name is as good, for a folder of whatever is in it. */
export interface KnownPipeline {
  /** The checkpoint on Hugging Face that the name stands for. */
  readonly checkpoint: string;
  /** Whether its network takes nine channels, latents, mask and masked latents; inpainting() needs one of these. */
  readonly inpainting: boolean;
  /**
   * Parameters of all its networks in millions, four bytes each in an export of float32: UNet, autoencoder (83.7) and text
   * encoders (CLIP ViT-L's 123.1, OpenCLIP ViT-H's 340.4, ViT-bigG's 694.7), counted from diffusers' configurations.
   */
  readonly millions: number;
}

/**
 * Folders of pipelines by the names that stand in definitions, artifacts and tables.
 *
 * The first three are DRCT's (`data/diffusion_rec.py`), who calls what they make SDv1-DR, SDv2-DR and SDXL-DR. "sd15" is
 * the one that LaRE² measures its errors with, "ldm" the one whose autoencoder makes AlignedForensics' fakes.
 */
export const knownPipelines: Readonly<Record<string, KnownPipeline>> = {
  sd1: { checkpoint: "runwayml/stable-diffusion-inpainting", inpainting: true, millions: 1066.3 },
  sd2: { checkpoint: "stabilityai/stable-diffusion-2-inpainting", inpainting: true, millions: 1290.0 },
  sdxl: { checkpoint: "diffusers/stable-diffusion-xl-1.0-inpainting-0.1", inpainting: true, millions: 3469.0 },
  sd14: { checkpoint: "CompVis/stable-diffusion-v1-4", inpainting: false, millions: 1066.3 },
  sd15: { checkpoint: "runwayml/stable-diffusion-v1-5", inpainting: false, millions: 1066.3 },
  sd21: { checkpoint: "stabilityai/stable-diffusion-2-1", inpainting: false, millions: 1290.0 },
  sdxlBase: { checkpoint: "stabilityai/stable-diffusion-xl-base-1.0", inpainting: false, millions: 3469.0 },
  ldm: { checkpoint: "CompVis/ldm-text2im-large-256", inpainting: false, millions: 83.7 },
};

/**
 * The command that exports a known checkpoint into a folder of pipelines; null where docs/pipelines.md has lines of Python
 * instead, or nothing is known of the name.
 */
export function exportCommand(name: string, pipelines = "pipelines"): string | null {
  if (!Object.hasOwn(knownPipelines, name) || name === "ldm") return null;
  const { checkpoint, inpainting } = knownPipelines[name];
  const task = inpainting ? "inpainting" : "text-to-image";
  return `optimum-cli export onnx --model ${checkpoint} --task ${task} ${pipelines}/${name}`;
}

/**
 * Refuses what cannot be the name of a folder of pipelines.
 *
 * @param name the option with its part, as "vae.model"
 * @throws {RangeError} with the names that are known
 */
export function checkModel(name: string, value: unknown): void {
  if (typeof value === "string" && /^[^/\\]+$/.test(value) && !/^\.+$/.test(value)) return;
  throw new RangeError(
    `Cannot define ${name}: given ${show(value)}, expected the name of a folder of pipelines, as ` +
      `${Object.keys(knownPipelines).map((known) => `"${known}"`).join(", ")}`,
  );
}

/** What a name stands for, as an error says it: the checkpoint where it is known, the folder's name otherwise. */
export function pipelineInWords(name: string): string {
  return Object.hasOwn(knownPipelines, name) ? `${knownPipelines[name].checkpoint} ("${name}")` : `"${name}"`;
}
