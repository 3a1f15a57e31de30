import type { NetworkFile, NetworkName, OpenedNetwork, Pipeline, PipelineInfo } from "../reconstruct/pipeline.ts";
import type { Provider } from "../reconstruct/session.ts";
import type { Values } from "../reconstruct/values.ts";
import { load, shown } from "./places.ts";
import { sizeText } from "./run_files.ts";
import type { Check } from "./runs_checks.ts";

/** Sides of the image that each network is tried with, in pixels. */
const SIDE = 256;

/** Checks of a pipeline, which close what they opened with the last of them. */
export interface PipelineChecks extends AsyncDisposable {
  /** What the folder holds, and the memory that it takes; the rest is known only after them. */
  readonly first: readonly Check[];
  /** One step of each network. */
  networks(): readonly Check[];
}

/** Looks at a pipeline's folder, and runs each of its networks once. */
export function pipelineChecks(
  folder: string,
  options: { readonly provider: Provider | "auto"; readonly threads: number | undefined },
): PipelineChecks {
  const room = () => load<typeof import("../reconstruct/pipeline.ts")>("lib/reconstruct/pipeline.ts");
  let info: PipelineInfo | null = null;
  let pipeline: Pipeline | null = null;
  const opened = new Map<NetworkName, OpenedNetwork>();
  return {
    first: [
      ["pipeline", "", async () => {
        const { openPipeline, readPipeline } = await room();
        info = await readPipeline(folder);
        pipeline = await openPipeline(info, { ...options, opened: (network) => opened.set(network.name, network) });
        return pipelineText(info);
      }],
      ["memory", "End other programs, or make images on a machine with more", async () => {
        const { availableMemory, checkMemory, peakMemory } = await room();
        const size = (side: number) => ({ batch: 1, width: side, height: side });
        checkMemory(info!, size(SIDE));
        const told = [256, 512, 1024].map((side) => `${sizeText(peakMemory(info!, size(side)))} at ${side}²`);
        return `an image takes ${told.join(", ")} on the processor; ${sizeText(availableMemory())} are available`;
      }],
    ],
    networks: () =>
      [...info?.networks ?? []].map(([name, network]): Check => [name, "", async () => {
        const began = performance.now();
        await trials[name](pipeline!);
        const { provider, why, seconds } = opened.get(name)!;
        const step = (performance.now() - began) / 1000 - seconds;
        const reason = opened.size === 1 ? ` (${why})` : "";
        return `${sizeText(sizeOf(network))} on ${provider}${reason}, loaded in ${seconds.toFixed(1)} s; ` +
          `${words[name]} takes ${step.toFixed(2)} s`;
      }]),
    async [Symbol.asyncDispose]() {
      await pipeline?.[Symbol.asyncDispose]();
    },
  };
}

const image = `an image of ${SIDE} × ${SIDE}`;

const words: Readonly<Record<NetworkName, string>> = {
  unet: `a step of ${image}`,
  vae_encoder: image,
  vae_decoder: image,
  text_encoder: "a prompt",
  text_encoder_2: "a prompt",
};

/** What each network is tried with: numbers of the size of real ones, that say nothing. */
const trials: Readonly<Record<NetworkName, (pipeline: Pipeline) => Promise<void>>> = {
  async unet(pipeline) {
    const { inputs } = pipeline.info.networks.get("unet")!.header;
    const shape = (name: string) => inputs.find((slot) => slot.name === name)?.shape;
    const side = SIDE / pipeline.info.latentScale;
    const channels = pipeline.info.inpainting ? 9 : pipeline.info.latentChannels;
    const states = waves([1, pipeline.info.contextLength, Number(shape("encoder_hidden_states")![2])]);
    const pooled = shape("text_embeds") === undefined ? null : waves([1, Number(shape("text_embeds")![1])]);
    const input = { latents: waves([1, channels, side, side]), timestep: 500, prompt: { states, pooled } };
    checkFinite(await pipeline.predict(input));
  },
  async vae_encoder(pipeline) {
    checkFinite((await pipeline.encode(waves([1, 3, SIDE, SIDE]))).mean);
  },
  async vae_decoder(pipeline) {
    const { latentChannels, latentScale } = pipeline.info;
    checkFinite(await pipeline.decode(waves([1, latentChannels, SIDE / latentScale, SIDE / latentScale])));
  },
  text_encoder: (pipeline) => tryText(pipeline, 1),
  text_encoder_2: (pipeline) => tryText(pipeline, 2),
};

async function tryText(pipeline: Pipeline, which: 1 | 2): Promise<void> {
  const found = await pipeline.text(new Int32Array(pipeline.info.contextLength), which);
  for (const values of Object.values(found)) checkFinite(values);
}

function waves(shape: readonly number[]): Values {
  const count = shape.reduce((product, side) => product * side, 1);
  return { data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)), shape };
}

function checkFinite({ data }: Values): void {
  if (data.every(Number.isFinite)) return;
  throw new Error(
    "it gives numbers that are not finite, as networks in float16 do that were trained for float32 (the autoencoder of " +
      "SDXL is one): export it in float32",
  );
}

function sizeOf({ bytes, beside }: NetworkFile): number {
  return beside.reduce((sum, one) => sum + one.bytes, bytes);
}

const families: Readonly<Record<PipelineInfo["family"], string>> = {
  sd1: "Stable Diffusion 1",
  sd2: "Stable Diffusion 2",
  sdxl: "Stable Diffusion XL",
  ldm: "latent diffusion",
};

function pipelineText(info: PipelineInfo): string {
  const { folder, family, inpainting, float16, identity, networks } = info;
  const size = [...networks.values()].reduce((sum, network) => sum + sizeOf(network), 0);
  return `"${shown(folder)}" is ${families[family]}${inpainting ? " for inpainting" : ""}, ` +
    `${float16 ? "float16" : "float32"}, ${sizeText(size)}; identity ${identity.slice(0, 12)}`;
}
