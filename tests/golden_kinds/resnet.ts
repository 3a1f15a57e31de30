/** Golden cases of ResNet-50: judged without downsampling at the start, and one step of learning. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import { loadInto, storeTree, torchShape } from "../../lib/engine/layout.ts";
import { mean, type Scalar, square, type Tensor } from "../../lib/engine/ops.ts";
import type { Stored } from "../../lib/engine/safetensors.ts";
import { disposeTree, entries, mapTree, type Tree } from "../../lib/engine/tree.ts";
import { backbones, heads, linear, type Resnet, resnet } from "../../lib/models/mod.ts";
import { judging, learning } from "../../lib/nn/pass.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";
import { formulaImage, formulaWeight } from "./formula.ts";
import { toHouse, toTorch } from "./models.ts";

/** `backbone.res50nodown.formula`: features, the classifier at every place, and their mean. */
export async function nodownCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["torchvision"]);
  only(open, "stride0", [1]);
  only(open, "gapSize", [1]);
  const { image: pixels, seed } = open.config;
  const spec = resnet({ downsample: false });
  const { params: { fc, ...params }, buffers } = load(open, spec);
  const at = { images: toHouse(formulaImage(seed, pixels), pixels.shape), pass: judging };
  const { pooled, map, places } = backbones.resnet.forward(spec, { params, buffers }, at);
  const network = { params: { fc }, buffers: {} };
  const seen = { features: pooled, places, pass: judging };
  const judged = heads.linear.forward({ ...head(open), places: true }, network, seen);
  const found = {
    "out.features": await judged.embedding.data(),
    "out.logits": await judged.logits.data(),
    "out.map": await toTorch(judged.places!),
  };
  disposeTree([{ params, buffers }, fc, at.images, pooled, map, places, ...Object.values(judged)]);
  return found;
}

/** `backbone.resnet.train`: batch statistics, their gradients, and what the norms remember of them. */
export async function resnetTrainCase(open: OpenCase): Promise<Computed> {
  only(open, "stride0", [1]);
  only(open, "weights", ["formula"]);
  only(open, "loss", ["mean(logits²)"]);
  only(open, "bnMomentum", [0.1]);
  const spec = resnet({ downsample: false, blocks: open.config.layers });
  const { params, buffers } = load(open, spec);
  const images = toHouse(valuesOf(open, "in.image"), shapeOf(open, "in.image"));
  const { value, gradient, aux } = valueAndGradient(({ fc, ...own }: typeof params) => {
    const pass = learning({ learns: () => true, draws: {} });
    const { pooled } = backbones.resnet.forward(spec, { params: own, buffers }, { images, pass });
    const network = { params: { fc }, buffers: {} };
    const { logits } = heads.linear.forward(head(open), network, { features: pooled, pass });
    const next = Object.fromEntries(entries(mapTree(buffers, pass.moved)));
    return { value: mean<Scalar>(square(logits)), aux: { ...next, logits } as Record<string, Tensor> };
  }, params);
  const found: Record<string, ArrayLike<number>> = { "out.logits": await aux.logits.data() as Float32Array };
  for (const [path] of entries(buffers)) {
    if (open.tensors.has(`out.${path}`)) found[`out.${path}`] = await aux[path].data() as Float32Array;
  }
  for (const [path, { data }] of await storeTree(gradient)) {
    if (open.tensors.has(`grad.${path}`)) found[`grad.${path}`] = data as Float32Array;
  }
  disposeTree({ params, buffers, images, value, gradient, aux });
  return found;
}

function head(open: OpenCase): ReturnType<typeof linear> {
  return linear({ classes: open.config.numClasses });
}

/** Parameters, the classifier's among them, and buffers from their names; every name of the case is taken up. */
function load(open: OpenCase, spec: Resnet) {
  const { seed, keys } = open.config;
  const { params, buffers } = backbones.resnet.init(spec, null);
  const { params: { fc } } = heads.linear.init(head(open), { width: backbones.resnet.width(spec), streams: null });
  const taken = new Set<string>();
  const filled = <T extends Tree>(template: T): T => {
    const stored = entries(template).map(([path, leaf]) => {
      taken.add(path);
      // the case leaves out what PyTorch counts
      const counts = path.endsWith("num_batches_tracked");
      return [path, counts ? zero : formulaWeight(seed, path, keys[path] ?? torchShape(leaf.shape))] as const;
    });
    const loaded = loadInto(template, new Map(stored));
    disposeTree(template);
    return loaded;
  };
  const state = { params: filled({ ...params, fc }), buffers: filled(buffers) };
  const missed = Object.keys(keys).filter((name) => !taken.has(name));
  if (missed.length > 0) throw new TypeError(`Cannot compute case "${open.name}": no tensor ${missed.join(", ")}`);
  return state;
}

const zero: Stored = { dtype: "F32", shape: [], data: new Float32Array(1) };
