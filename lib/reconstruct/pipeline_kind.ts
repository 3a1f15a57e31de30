/** What a pipeline is, by its index, its networks and their configurations. */
import type { Slot } from "./onnx_slots.ts";
import type { NetworkFile, NetworkName } from "./pipeline_parts.ts";

/** What a configuration file says. */
export type Config = Readonly<Record<string, unknown>>;

/** Families of pipelines. */
export type Family = "sd1" | "sd2" | "sdxl" | "ldm";

/** Pipelines of the same layout that no method here can use. */
export function refuseOthers(index: Config, problems: string[]): void {
  const name = String(index._class_name ?? "");
  if (/StableDiffusion3|Flux|Sana|PixArt/.test(name) || index.transformer !== undefined) {
    problems.push(
      `model_index.json: ${name || "the pipeline"} has a transformer in place of a UNet, expected ${KINDS}`,
    );
  } else if (/LatentConsistency/.test(name)) {
    problems.push(`model_index.json: ${name} is sampled as no method here does, expected ${KINDS}`);
  }
}

/** What can be used. */
const KINDS = "Stable Diffusion 1, 2 or XL, or latent diffusion";

/** Which family it is of: by the class that the index names, what the UNet takes, and how its texts are read. */
export function familyOf(
  index: Config,
  { unet, unetConfig, bert }: {
    readonly unet: NetworkFile | undefined;
    readonly unetConfig: Config;
    readonly bert: boolean;
  },
): Family {
  const name = String(index._class_name ?? "");
  const inputs = unet?.header.inputs ?? [];
  if (/StableDiffusionXL/.test(name) || inputs.some((slot) => slot.name === "time_ids")) return "sdxl";
  if (/^LDM|LatentDiffusion/.test(name) || bert) return "ldm";
  const width = inputs.find((slot) => slot.name === "encoder_hidden_states")?.shape[2];
  return width === 1024 || unetConfig.use_linear_projection === true ? "sd2" : "sd1";
}

/** Channels of latents, from the networks where their shapes say it, else from the configurations. */
export function channelsOfLatents(
  networks: ReadonlyMap<NetworkName, NetworkFile>,
  { unetConfig, vaeConfig }: Readonly<Record<"unetConfig" | "vaeConfig", Config>>,
): number {
  const encoded = networks.get("vae_encoder")?.header.outputs;
  return sideOf(networks.get("vae_decoder")?.header.inputs, "latent_sample") ??
    sideOf(encoded, "latent_sample") ?? numberOr(sideOf(encoded, "latent_parameters"), (both) => both / 2) ??
    sideOf(networks.get("unet")?.header.outputs, "out_sample") ??
    numberOr(vaeConfig.latent_channels) ?? numberOr(unetConfig.out_channels) ?? 4;
}

/** The fixed number of channels of a slot, null where it is free. */
export function sideOf(slots: readonly Slot[] | undefined, name: string): number | null {
  const side = slots?.find((slot) => slot.name === name)?.shape[1];
  return typeof side === "number" ? side : null;
}

/** A number as it is or changed, null for anything else. */
export function numberOr(value: unknown, change: (value: number) => number = (same) => same): number | null {
  return typeof value === "number" ? change(value) : null;
}
