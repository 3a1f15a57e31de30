/** Forward passes of the published networks, by the functions that evaluation calls. */
import type { BackendName } from "../lib/engine/backend.ts";
import { canCompile, compile, type StepInput } from "../lib/engine/compiled.ts";
import { tensor, type Tensor4D, tidy } from "../lib/engine/ops.ts";
import { readSafetensors, type StoredTensors } from "../lib/engine/safetensors.ts";
import { disposeTree } from "../lib/engine/tree.ts";
import { fromOpenAI } from "../lib/models/clip_names.ts";
import { fromTimm } from "../lib/models/convnext_names.ts";
import { type Backbone, backboneKind, clip, convnext } from "../lib/models/mod.ts";
import { loadNetwork } from "../lib/models/weights.ts";
import { judging } from "../lib/nn/pass.ts";

/** A network that looks at images. */
export interface ForwardNetwork {
  readonly title: string;
  readonly backbone: Backbone;
  /** From the names of its file, which are timm's or open_clip's, to the house's. */
  readonly naming: (stored: StoredTensors) => StoredTensors;
}

/** Images of a pass. */
export const rows = 8;

/** Least images a second over PyTorch's with as many threads. */
export const forwardGoals: readonly {
  readonly backend: BackendName;
  readonly threads: number;
  readonly least: number;
}[] = [
  { backend: "tensorflow", threads: 1, least: 1 },
  { backend: "tensorflow", threads: 2, least: 1 },
  { backend: "wasm", threads: 1, least: 0.35 },
];

/** By the name that `--only` takes, and that `peers/forward.py` knows. */
export const forwardNetworks: Readonly<Record<string, ForwardNetwork>> = {
  "convnext-base": { title: "ConvNeXt-B", backbone: convnext({ size: "base" }), naming: fromTimm },
  "clip-vit-l-14": {
    title: "CLIP ViT-L/14",
    backbone: clip({ variant: "ViT-L/14" }),
    naming: (stored) => fromOpenAI(stored, "image"),
  },
  "clip-rn50": {
    title: "CLIP RN50",
    backbone: clip({ variant: "RN50" }),
    naming: (stored) => fromOpenAI(stored, "image"),
  },
};

/**
 * Passes of a network from a file that `peers/forward.py` wrote; each tells a number that stands for the features:
 * their product with cos 0, cos 1, … over their length.
 */
export async function forwardsFrom(
  { backbone, naming }: ForwardNetwork,
  file: string,
): Promise<() => Promise<number>> {
  const stored = readSafetensors(await Deno.readFile(file));
  const { shape, data } = stored.get("images")!;
  stored.delete("images");
  const { init, forward } = backboneKind(backbone);
  const template = init(backbone, null);
  const network = loadNetwork(template, naming(stored));
  disposeTree([template.params, template.buffers]);
  const images = tensor(data as Float32Array, [...shape] as [number, number, number, number]) as Tensor4D;
  const look = (at: { readonly network: typeof network; readonly images: Tensor4D }) =>
    tidy(() => ({ pooled: forward(backbone, at.network, { images: at.images, pass: judging }).pooled }));
  // as a `Looker` does it for whole models
  const compiled = compile(
    ({ inputs }: StepInput<Record<string, never>, Parameters<typeof look>[0], null>) => look(inputs),
    { changes: false },
  );
  return async () => {
    const inputs = { network, images };
    const { pooled } = canCompile() ? compiled.run({ state: {}, inputs, fixed: null }) : look(inputs);
    const values = await pooled.data();
    pooled.dispose();
    let product = 0, squared = 0;
    for (const [i, value] of values.entries()) {
      product += value * Math.cos(i);
      squared += value * value;
    }
    return product / Math.sqrt(squared);
  };
}
