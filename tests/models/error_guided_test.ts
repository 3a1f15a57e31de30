import { mul, ones, sum, type Tensor, tensor, type Tensor2D, type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill } from "../../lib/engine/tree.ts";
import {
  type ErrorGuided,
  errorGuided,
  errorGuidedDraws,
  type ErrorGuidedParams,
  errorGuidedWidth,
  initErrorGuided,
  refineByError,
} from "../../lib/models/error_guided.ts";
import { convnext, linear, resnet } from "../../lib/models/mod.ts";
import { forwardModel, initModel, learnsOf, type Model, modelDraws, modelTemplate } from "../../lib/models/model.ts";
import { judging, learning } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const streams = (name: string) => random(1, name);

function normals(seed: number, shape: [number, number, number, number]): Tensor4D {
  return tensor([...random(seed, "x").normals(shape.reduce((a, b) => a * b, 1))], shape) as Tensor4D;
}

/** Template parameters, those named here in place of its zeros; the caller owns what `leaves` says. */
function withLeaves(spec: ErrorGuided, leaves: Readonly<Record<string, Tensor>>) {
  const template = initErrorGuided(spec, { streams: null });
  const all = { ...Object.fromEntries(entries(template.params)), ...leaves };
  const replaced = entries(template.params).filter(([name]) => name in leaves).map(([, leaf]) => leaf);
  disposeTree(replaced);
  return { params: fill(template.params, new Map(Object.entries(all))) as ErrorGuidedParams, buffers: {} };
}

/** Zeros but for some places of the flat tensor. */
function sparse(shape: number[], values: Readonly<Record<number, number>>): Tensor {
  const flat = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (const [place, value] of Object.entries(values)) flat[Number(place)] = value;
  return tensor(flat, shape);
}

// channels 0, 1, 2 of four places: 0, 8, 0, 0 (mean 2) and 1 and 4 everywhere
const map = () => tensor([0, 1, 4, 8, 1, 4, 0, 1, 4, 0, 1, 4], [1, 2, 2, 3]) as Tensor4D;
const errors = () => sparse([1, 2, 2, 4], { 4: 1 }) as Tensor4D; // of the second place, in the first latent

testTensors("attention without an error as bias asks all places alike, and looks where the error says with one", () => {
  const spec = errorGuided({ parts: ["spatial"], channels: 3, side: 2 });
  const features = { pooled: zeros([1, 1]) as Tensor2D, map: map() };
  const errorMaps = errors();
  const seen = (bias: number): number[] => {
    // the first head hands the first channel on
    const network = withLeaves(spec, {
      "conv.weight": sparse([1, 1, 4, 8], { 0: bias }),
      "attn_pool.attention.fc_v.weight": sparse([512, 3], { 0: 1 }),
      "attn_pool.attention.fc_o.weight": sparse([3, 512], { 0: 1 }),
    });
    const refined = take(refineByError(spec, network, { features, errorMaps, pass: judging }));
    disposeTree(network);
    return refined;
  };
  // the mean place asks with (2, 1, 4); of 2, 0, 8, 0, 0 the mean is 2: norm of (4, 1, 4)
  assertClose(seen(0), [1, -2, 1].map((value) => value / Math.sqrt(2)), 1e-4);
  // the second place alone answers, 8: norm of (10, 1, 4)
  assertClose(seen(100), [5, -4, -1].map((value) => value / Math.sqrt(14)), 1e-4);
  disposeTree({ ...features, errorMaps });
});

testTensors("channels are weighted by what the mean error says", () => {
  const spec = errorGuided({ parts: ["channel"], channels: 3, side: 2 });
  // mean error .25 in the first latent: sigmoid(.25 · 4 · ln 3) = .75 for the first channel
  const network = withLeaves(spec, {
    "channel_align.fc.0.weight": sparse([128, 4], { 0: 4 }),
    "channel_align.fc.2.weight": sparse([3, 128], { 0: Math.log(3) }),
  });
  const features = { pooled: zeros([1, 1]) as Tensor2D, map: map() };
  const errorMaps = errors();
  assertClose(take(refineByError(spec, network, { features, errorMaps, pass: judging })), [1.5, 0.5, 2], 1e-5);
  disposeTree({ network, ...features, errorMaps });
});

testTensors("refined features stand side by side and do not depend on neighbours in the batch", () => {
  const spec = errorGuided({ parts: ["embedding", "spatial", "channel", "map"], channels: 3, side: 2 });
  const network = initErrorGuided(spec, { streams });
  const [maps, errorMaps] = [normals(2, [2, 2, 2, 3]), normals(3, [2, 8, 8, 4])];
  const pooled = tensor([[1, 2], [3, 4]]) as Tensor2D;
  const both = take(refineByError(spec, network, { features: { pooled, map: maps }, errorMaps, pass: judging }));
  const width = errorGuidedWidth(spec, 2);
  assertEquals([width, both.length], [2 + 3 + 3 + 64, 2 * width]);
  assertEquals([both[0], both[1], both[width]], [1, 2, 3]);
  const first = {
    map: tensor(maps.dataSync().slice(0, 12), [1, 2, 2, 3]) as Tensor4D,
    pooled: tensor([[1, 2]]) as Tensor2D,
  };
  const own = tensor(errorMaps.dataSync().slice(0, 256), [1, 8, 8, 4]) as Tensor4D;
  const alone = take(refineByError(spec, network, { features: first, errorMaps: own, pass: judging }));
  assertClose(alone, both.slice(0, width), 1e-4);
  disposeTree([network, { maps, errorMaps, pooled, own }, first]);
});

testTensors("refineByError() has the gradient of finite differences by the error map", () => {
  const spec = errorGuided({ channels: 3, side: 2 });
  const network = initErrorGuided(spec, { streams });
  const features = { pooled: ones([1, 2]) as Tensor2D, map: normals(5, [1, 2, 2, 3]) };
  const direction = tensor([...random(6, "direction").normals(8)].map((value) => 5 * value), [1, 8]);
  assertGradient((errorMaps: Tensor) => {
    const refined = refineByError(spec, network, { features, errorMaps: errorMaps as Tensor4D, pass: judging });
    return sum(mul(refined, direction));
  }, { values: [...random(7, "errors").normals(36)], shape: [1, 3, 3, 4], step: 5e-2 });
  disposeTree({ network, ...features, direction });
});

testTensors("training leaves out weights of the attention and values of its result, by the numbers it is given", () => {
  const spec = errorGuided({ parts: ["spatial"], channels: 3, side: 2, dropout: 0.5 });
  assertEquals(errorGuidedDraws(spec, 2), {
    "attn_pool.attention.dropout": [2, 8, 5],
    "attn_pool.dropout": [2, 3],
  });
  const network = initErrorGuided(spec, { streams });
  const features = { pooled: zeros([1, 1]) as Tensor2D, map: normals(8, [1, 2, 2, 3]) };
  const errorMaps = normals(9, [1, 2, 2, 4]);
  const seen = (weights: number, result: number): number[] => {
    const draws = {
      "attn_pool.attention.dropout": tensor(new Array(40).fill(weights), [1, 8, 5]),
      "attn_pool.dropout": tensor(new Array(3).fill(result), [1, 3]),
    };
    const pass = learning({ learns: () => true, draws });
    const refined = take(refineByError(spec, network, { features, errorMaps, pass }));
    disposeTree(draws);
    return refined;
  };
  // without its result the attention says the norm of the mean place; without its weights fc_o's bias, 0, the same
  assertClose(seen(0, 0.9), seen(0.9, 0), 1e-6);
  assert(seen(0.9, 0.9).some((value, i) => Math.abs(value - seen(0.9, 0)[i]) > 1e-3));
  assertEquals(errorGuidedDraws(errorGuided({ dropout: 0 }), 2), {});
  assertEquals(errorGuidedDraws(errorGuided({ parts: ["embedding", "channel"] }), 2), {});
  disposeTree({ network, ...features, errorMaps });
});

testTensors("refineByError() tells what is missing", () => {
  const spec = errorGuided({ channels: 3, side: 2 });
  const network = initErrorGuided(spec, { streams: null });
  const pooled = zeros([2, 1]) as Tensor2D;
  const [errorMaps, one, inner] = [zeros([2, 4, 4, 4]), zeros([1, 4, 4, 4]), zeros([2, 4, 4, 3])] as Tensor4D[];
  const refused = (map: Tensor4D | undefined, errorMaps: Tensor4D | null, told: string) =>
    assertThrows(
      () => refineByError(spec, network, { features: { pooled, map }, errorMaps, pass: judging }),
      TypeError,
      told,
    );
  refused(inner, null, "of 2 images: no error maps are given, errorGuided expects [2, H, W, 4]");
  refused(inner, one, "by error maps of shape [1, 4, 4, 4]: expected [2, H, W, 4]");
  refused(undefined, errorMaps, "the backbone has no inner map, errorGuided expects [B, 2, 2, 3]");
  refused(inner, errorMaps, "of shape [2, 4, 4, 3]: errorGuided expects [B, 2, 2, 3]; set side and channels");
  disposeTree({ network, pooled, errorMaps, one, inner });
});

Deno.test("errorGuided() is LaRE²'s by default, and refuses parts that are none or out of order", () => {
  assertEquals(errorGuided().parts, ["embedding", "spatial", "channel"]);
  const refused = (parts: readonly string[], told: string) =>
    assertThrows(() => errorGuided({ parts: parts as ErrorGuided["parts"] }), RangeError, told);
  refused([], "parts [], expected some of");
  refused(["spatial", "embedding"], "in order");
  refused(["spatial", "spatial"], "in order");
  refused(["spacial"], "expected some of");
  refused(["embedding"], "leave the refinement out");
  assertThrows(() => errorGuided({ dropout: 1 }), RangeError, "errorGuided.dropout");
});

const model: Model = {
  backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }),
  refine: errorGuided({ channels: 256, side: 2 }),
  head: linear({ classes: 2 }),
};

testTensors("a model with a refinement classifies refined features, and says what it needs", async () => {
  const network = await initModel(model, streams);
  const images = normals(1, [2, 8, 8, 3]);
  const errorMaps = normals(2, [2, 4, 4, 4]);
  const outputs = forwardModel(model, network, { images, errorMaps });
  assertEquals([outputs.embedding.shape, outputs.logits.shape], [[2, 512 + 256 + 256], [2, 2]]);
  assertThrows(() => forwardModel(model, network, { images }), TypeError, "no error maps are given");
  disposeTree({ network, images, errorMaps, ...outputs });
  const mapless = { ...model, backbone: convnext({ depths: [1], dims: [4] }) };
  const bare = await initModel(mapless, streams);
  const [small, small4] = [normals(1, [1, 8, 8, 3]), normals(2, [1, 4, 4, 4])];
  assertThrows(() => forwardModel(mapless, bare, { images: small, errorMaps: small4 }), TypeError, "no inner map");
  disposeTree({ bare, small, small4 });
});

testTensors(
  "a refinement always learns, its numbers stand under its name, and without one nothing is left of it",
  () => {
    assert(learnsOf(model, 0)("refine.conv.weight"));
    assert(!learnsOf(model, 0)("backbone.layer4.0.conv1.weight"));
    assert(learnsOf(model, 1)("backbone.layer4.0.conv1.weight"));
    assertEquals(modelDraws(model, 3), {
      "refine.attn_pool.attention.dropout": [3, 8, 5],
      "refine.attn_pool.dropout": [3, 256],
    });
    const names = (spec: Model) => {
      const template = modelTemplate(spec);
      const found = entries(template.params).map(([path]) => path);
      disposeTree(template);
      return found;
    };
    const { refine: _, ...plain } = model;
    assertEquals(names({ ...model, refine: null }), names(plain));
    assert(!names(plain).some((name) => name.startsWith("refine")));
    assert(names(model).includes("refine.attn_pool.positional_embedding"));
  },
);

testTensors("initModel() with a refinement and missing weights leaves nothing behind", async () => {
  const weights = "timm/resnet18.tv_in1k";
  const pretrained = { ...model, backbone: resnet({ depth: 18, weights }) };
  await assertRejects(() => initModel(pretrained, streams), Deno.errors.NotFound, weights);
});
