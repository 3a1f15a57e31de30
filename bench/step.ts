/** Training steps of the measured networks: forward, backward and AdamW by the functions that training calls. */
import { canCompile, compile } from "../lib/engine/compiled.ts";
import { loadInto, storeTree } from "../lib/engine/layout.ts";
import { keep, type Scalar, scalar, tensor, type Tensor1D, type Tensor2D, type Tensor4D } from "../lib/engine/ops.ts";
import { readSafetensors, type Stored, writeSafetensors } from "../lib/engine/safetensors.ts";
import { disposeTree, mapTree, type Tree } from "../lib/engine/tree.ts";
import { totalLoss } from "../lib/losses/total.ts";
import { convnextFeatures, convnextWidth, initConvnext } from "../lib/models/convnext.ts";
import type { LinearHeadParams } from "../lib/models/linear_head.ts";
import { heads } from "../lib/models/mod.ts";
import { initResnet50, resnet50Width, trainResnet50 } from "../lib/models/resnet50.ts";
import type { Streams } from "../lib/nn/initial.ts";
import { optimizers, type OptimizerState } from "../lib/optimizers/mod.ts";
import { random } from "../lib/random.ts";
import type { Network } from "./networks.ts";
import { initSmallResnet, trainSmallResnet } from "./small_resnet.ts";

type Params = { readonly backbone: Tree; readonly head: LinearHeadParams };

type State = { readonly params: Params; readonly buffers: Tree; readonly moments: OptimizerState<Params> };

type Images = { readonly images: Tensor4D; readonly labels: Tensor1D };

/** A backbone in training: what it starts from, and features with the buffers after the batch. */
interface Backbone {
  readonly init: (streams: Streams) => { params: Tree; buffers: Tree };
  readonly train: (
    at: { params: Tree; buffers: Tree },
    images: Tensor4D,
  ) => { features: Tensor2D; buffers: Tree };
  readonly width: number;
}

function backboneOf({ model: { backbone: spec } }: Network): Backbone {
  switch (spec.kind) {
    case "convnext":
      return {
        init: (streams) => ({ params: initConvnext(spec, streams), buffers: {} }),
        train: ({ params }, images) => ({ features: convnextFeatures(spec, params as never, images), buffers: {} }),
        width: convnextWidth(spec),
      };
    case "resnet50":
      return {
        init: (streams) => initResnet50(spec, streams),
        train: (at, images) => trainResnet50(spec, at as never, images),
        width: resnet50Width(spec),
      };
    case "smallResnet":
      return {
        init: (streams) => initSmallResnet(spec, streams),
        train: (at, images) => trainSmallResnet(spec, at as never, images),
        width: spec.widths.at(-1)!,
      };
  }
}

/** Fresh weights of a network under seed 1; the caller owns them. */
function init(network: Network): { params: Params; buffers: Tree } {
  const { init, width } = backboneOf(network);
  const { params, buffers } = init((name) => random(1, "backbone", name));
  const { head } = network.model;
  const streams = (name: string) => random(1, "head", name);
  return { params: { backbone: params, head: heads.linear.init(head, { width, streams }) }, buffers };
}

/**
 * What both sides start from: a safetensors file of `param.…`, `buffer.…` under PyTorch's names and axes,
 * `images` [B, H, W, 3] between −1 and 1, `labels` [B], and in its metadata the definition.
 */
export async function writeStart(network: Network, file: string): Promise<void> {
  const { rows, side, model, loss, optimizer } = network;
  const { params, buffers } = init(network);
  const noise = random(1, "images");
  const pixels = Float32Array.from({ length: rows * side * side * 3 }, () => 2 * noise.uniform() - 1);
  const labels = Float32Array.from({ length: rows }, (_, i) => i < rows / 2 ? 0 : 1);
  const stored = new Map<string, Stored>([
    ...[...await storeTree(params)].map(([path, leaf]) => [`param.${path}`, leaf] as const),
    ...[...await storeTree({ backbone: buffers })].map(([path, leaf]) => [`buffer.${path}`, leaf] as const),
    ["images", { dtype: "F32", shape: [rows, side, side, 3], data: pixels }],
    ["labels", { dtype: "F32", shape: [rows], data: labels }],
  ]);
  await Deno.writeFile(file, writeSafetensors(stored, { definition: JSON.stringify({ model, loss, optimizer }) }));
  disposeTree({ params, buffers });
}

/** Steps of a network from a file of {@linkcode writeStart}; each gives the loss before it. */
export async function stepsFrom(network: Network, file: string): Promise<() => Promise<number>> {
  const stored = readSafetensors(await Deno.readFile(file));
  const part = (start: string) =>
    new Map([...stored].flatMap(([name, leaf]) => name.startsWith(start) ? [[name.slice(start.length), leaf]] : []));
  const template = init(network);
  const params = loadInto(template.params, part("param."));
  const buffers = loadInto(template.buffers, part("buffer.backbone."));
  disposeTree(template);
  const { images, labels } = Object.fromEntries(
    ["images", "labels"].map((name) => {
      const { data, shape } = stored.get(name)!;
      return [name, tensor(data as Float32Array, [...shape])];
    }),
  ) as unknown as Images;
  const { optimizer } = network;
  let state: State = { params, buffers, moments: optimizers[optimizer.kind].init(optimizer, params) };
  const take = taker(network);
  let step = 0;
  return async () => {
    const changing = { rate: scalar(optimizer.rate), step: scalar(++step) };
    const { loss, ...next } = take(state, { images, labels, ...changing });
    state = next;
    const [value] = await loss.data();
    disposeTree({ loss, changing });
    return value;
  };
}

type Numbers = { readonly rate: Scalar; readonly step: Scalar };

type Take = (at: State, inputs: Images & Numbers) => State & { readonly loss: Scalar };

/** Recorded and replayed where the backend can, as `stepper` of training does it. */
function taker(network: Network): Take {
  const take: Take = (at, inputs) => trainStep(network, at, inputs);
  if (!canCompile()) return take;
  const compiled = compile(({ state, inputs }: { state: State; inputs: Images & Numbers; fixed: null }) =>
    take(state, inputs)
  );
  return (state, inputs) => compiled.run({ state, inputs, fixed: null });
}

/** Consumes `at`. */
function trainStep(
  network: Network,
  at: State,
  { images, labels, rate, step }: Images & Numbers,
): State & { readonly loss: Scalar } {
  const { loss, optimizer, rows, model: { head } } = network;
  const { train } = backboneOf(network);
  const groups = { real: rows / 2, fake: rows / 2, realRec: 0, fakeRec: 0 };
  let buffers: Tree = {};
  const objective = (params: Params) => {
    const trained = train({ params: params.backbone, buffers: at.buffers }, images);
    buffers = mapTree(trained.buffers, (buffer) => keep(buffer));
    const outputs = heads.linear.forward(head, params.head, trained.features);
    return totalLoss({ classification: loss }, { ...outputs, labels, groups });
  };
  const given = { params: at.params, state: at.moments, rate, step };
  const { params, state, value } = optimizers[optimizer.kind].step(optimizer, objective, given);
  disposeTree([at.buffers, ...Object.values(value.terms).filter((term) => term !== value.total)]);
  return { params, buffers, moments: state, loss: value.total };
}
