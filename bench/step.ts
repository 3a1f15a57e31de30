/** Training steps of the measured networks: forward, backward and AdamW by the functions that training calls. */
import { canCompile, compile } from "../lib/engine/compiled.ts";
import { loadInto, storeTree } from "../lib/engine/layout.ts";
import { type Scalar, scalar, tensor, type Tensor1D, type Tensor4D } from "../lib/engine/ops.ts";
import { inPrecision } from "../lib/engine/precision.ts";
import { readSafetensors, type Stored, writeSafetensors } from "../lib/engine/safetensors.ts";
import { disposeTree, mapTree, type Tree } from "../lib/engine/tree.ts";
import { totalLoss } from "../lib/losses/total.ts";
import { backboneKind, headKind } from "../lib/models/mod.ts";
import type { BackboneKind } from "../lib/models/network.ts";
import { learning } from "../lib/nn/pass.ts";
import { applySmallResnet, initSmallResnet } from "../lib/nn/small_resnet.ts";
import { optimizers, type OptimizerState } from "../lib/optimizers/mod.ts";
import { slopeOf } from "../lib/optimizers/slope.ts";
import { random } from "../lib/random.ts";
import type { Network, SmallResnetBackbone } from "./networks.ts";

type Params = { readonly backbone: Tree; readonly head: Tree };

type State = { readonly params: Params; readonly buffers: Tree; readonly moments: OptimizerState<Params> };

type Images = { readonly images: Tensor4D; readonly labels: Tensor1D };

type Spec = Network["model"]["backbone"];

type Forward = BackboneKind<Spec>["forward"];

function kindOf(spec: Spec): Pick<BackboneKind<Spec>, "init" | "forward" | "width"> {
  return (spec.kind === "smallResnet" ? small : backboneKind(spec)) as unknown as BackboneKind<Spec>;
}

/** As a backbone's kind; it is measured and not offered as a part. */
const small = {
  init: initSmallResnet,
  forward: (spec: SmallResnetBackbone, network: ReturnType<typeof initSmallResnet>, at: Parameters<Forward>[2]) => ({
    pooled: applySmallResnet(spec, network, { images: at.images, norm: at.pass.norm }),
  }),
  width: ({ widths }: SmallResnetBackbone) => widths.at(-1)!,
};

/** Fresh weights of a network under seed 1; the caller owns them. */
function init({ model: { backbone, head } }: Network): { params: Params; buffers: Tree } {
  const kind = kindOf(backbone);
  const { params, buffers } = kind.init(backbone, (name) => random(1, "backbone", name));
  const streams = (name: string) => random(1, "head", name);
  const fresh = headKind(head).init(head, { width: kind.width(backbone), streams });
  return { params: { backbone: params, head: fresh.params }, buffers };
}

/**
 * What both sides start from: a safetensors file of `param.…`, `buffer.…` under PyTorch's names and axes,
 * `images` [B, H, W, 3] between −1 and 1, `labels` [B], and in its metadata the definition with PyTorch's precision.
 */
export async function writeStart(network: Network, file: string): Promise<void> {
  const { rows, side, model, loss, optimizer, precision } = network;
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
  const definition = { model, loss, optimizer, precision: precision?.theirs ?? "float32" };
  await Deno.writeFile(file, writeSafetensors(stored, { definition: JSON.stringify(definition) }));
  disposeTree({ params, buffers });
}

/**
 * Largest difference of the two sides' losses, relative to the larger of 1 and PyTorch's, for the first steps. Before
 * the first one only the order of sums differs: measured 2e-7, and 1e-5 through the 53 batch norms of a ResNet-50,
 * whose loss in PyTorch itself lies 5e-6 from the one in double precision, ours 2e-6. AdamW's first steps are the rate
 * times the sign of the gradient however small it is, so that a weight whose gradient is nothing but rounding may go
 * the other way on the other side: measured 6e-5. From step to step these losses change by 0.02 to 0.4.
 */
const lossTolerances = [5e-5, 1e-3, 1e-3];

/** The same where a side computes in bfloat16, which knows three digits. Measured: 2e-3, 7e-3, 1e-3. */
const briefTolerances = [5e-3, 2e-2, 2e-2];

/** How far apart the first losses of the two sides may lie. */
export function tolerancesOf({ precision }: Network): readonly number[] {
  return precision === undefined ? lossTolerances : briefTolerances;
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
  const { loss, optimizer, rows, precision, model: { backbone, head } } = network;
  const groups = { real: rows / 2, fake: rows / 2, realRec: 0, fakeRec: 0 };
  const slope = slopeOf((params: Params) => {
    const pass = learning({ learns: () => true, draws: {} });
    const seen = { params: params.backbone, buffers: at.buffers };
    const outputs = inPrecision(precision?.ours ?? "float32", () => {
      const { pooled } = kindOf(backbone).forward(backbone, seen, { images, pass });
      return headKind(head).forward(head, { params: params.head, buffers: {} }, { features: pooled, pass });
    });
    const value = totalLoss({ classification: loss }, { ...outputs, labels, groups });
    return { value, buffers: mapTree(at.buffers, pass.moved) };
  });
  const given = { params: at.params, state: at.moments, rate, step };
  const { params, buffers, state, value } = optimizers[optimizer.kind].step(optimizer, slope, given);
  disposeTree([at.buffers, ...Object.values(value.terms).filter((term) => term !== value.total)]);
  return { params, buffers, moments: state, loss: value.total };
}
