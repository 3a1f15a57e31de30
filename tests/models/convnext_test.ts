import { mul, sum, type Tensor, tensor, type Tensor2D, type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, sizeOf } from "../../lib/engine/tree.ts";
import {
  convnext,
  convnextDraws,
  convnextFeatures,
  convnextInner,
  type ConvnextParams,
  convnextStages,
  convnextView,
  convnextWidth,
  initConvnext,
} from "../../lib/models/convnext.ts";
import { fromTimm } from "../../lib/models/convnext_names.ts";
import { judging, learning } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const small = { depths: [1, 2], dims: [4, 6] };

function images(seed: number, shape: [number, number, number, number]): Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(random(seed, "images").normals(size), shape) as Tensor4D;
}

/** Features as the network is judged, or as it learns with these draws; the inner map is freed. */
function features(
  spec: ReturnType<typeof convnext>,
  params: ConvnextParams,
  images: Tensor4D,
  draws?: Readonly<Record<string, Tensor>>,
): Tensor2D {
  const pass = draws === undefined ? judging : learning({ learns: () => true, draws });
  const { pooled, map } = convnextFeatures(spec, { params, buffers: {} }, { images, pass });
  if (map !== undefined) map.dispose();
  return pooled;
}

/** Numbers of each weight in the order of the tree. */
function shapesOf(spec: ReturnType<typeof convnext>): Record<string, number[]> {
  const { params } = initConvnext(spec, null);
  const shapes = Object.fromEntries(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  disposeTree(params);
  return shapes;
}

testTensors("initConvnext() has timm's names, and the head's classifier is not among them", () => {
  assertEquals(shapesOf(convnext({ depths: [1, 1], dims: [4, 6] })), {
    "stem.0.weight": [4, 4, 3, 4],
    "stem.0.bias": [4],
    "stem.1.weight": [4],
    "stem.1.bias": [4],
    "stages.0.blocks.0.conv_dw.weight": [7, 7, 1, 4],
    "stages.0.blocks.0.conv_dw.bias": [4],
    "stages.0.blocks.0.norm.weight": [4],
    "stages.0.blocks.0.norm.bias": [4],
    "stages.0.blocks.0.mlp.fc1.weight": [16, 4],
    "stages.0.blocks.0.mlp.fc1.bias": [16],
    "stages.0.blocks.0.mlp.fc2.weight": [4, 16],
    "stages.0.blocks.0.mlp.fc2.bias": [4],
    "stages.0.blocks.0.gamma": [4],
    "stages.1.downsample.0.weight": [4],
    "stages.1.downsample.0.bias": [4],
    "stages.1.downsample.1.weight": [2, 2, 4, 6],
    "stages.1.downsample.1.bias": [6],
    "stages.1.blocks.0.conv_dw.weight": [7, 7, 1, 6],
    "stages.1.blocks.0.conv_dw.bias": [6],
    "stages.1.blocks.0.norm.weight": [6],
    "stages.1.blocks.0.norm.bias": [6],
    "stages.1.blocks.0.mlp.fc1.weight": [24, 6],
    "stages.1.blocks.0.mlp.fc1.bias": [24],
    "stages.1.blocks.0.mlp.fc2.weight": [6, 24],
    "stages.1.blocks.0.mlp.fc2.bias": [6],
    "stages.1.blocks.0.gamma": [6],
    "head.norm.weight": [6],
    "head.norm.bias": [6],
  });
});

testTensors("the options of a convnext change the shapes that they say", () => {
  const base = shapesOf(convnext(small));
  const changed = (options: Partial<ReturnType<typeof convnext>>) => {
    const shapes = shapesOf(convnext({ ...small, ...options }));
    return Object.keys(base).filter((path) => shapes[path]?.join() !== base[path].join());
  };
  assertEquals(changed({ highPass: 5 }), ["stem.0.weight"]);
  assertEquals(changed({ stem: { size: 4, stride: 2 } }), []);
  assertEquals(changed({ transitions: "gelu" }), []);
  assert(changed({ kernel: 5 }).every((path) => path.endsWith("conv_dw.weight")));
  assert(changed({ expansion: 2 }).every((path) => /mlp\.fc(1\.|2\.weight)/.test(path)));
  assert(changed({ layerScale: null }).every((path) => path.endsWith("gamma")));
  assertEquals(changed({ layerScale: null }).length, 3);
});

testTensors("initConvnext() draws each weight from a stream of its own", () => {
  const streams = (name: string) => random(1, name);
  const { params: shallow } = initConvnext(convnext({ depths: [1, 1], dims: [4, 6] }), streams);
  const { params: deep } = initConvnext(convnext({ depths: [2, 1], dims: [4, 6] }), streams);
  const deeper = new Map(entries(deep));
  for (const [path, leaf] of entries(shallow)) {
    assertEquals([...leaf.dataSync()], [...deeper.get(path)!.dataSync()], path);
  }
  assertClose([...shallow.stages[0].blocks[0].gamma!.dataSync()], new Array(4).fill(1e-6), 1e-12);
  disposeTree({ shallow, deep });
});

testTensors("convnextFeatures() with a dead branch is the norm of the pooled stem", () => {
  const spec = convnext({ depths: [1], dims: [2], layerScale: 0, stem: { size: 1, stride: 1 } });
  const { params: template } = initConvnext(spec, null);
  const leaves = new Map(entries(template));
  // the stem takes red and green as they are
  leaves.set("stem.0.weight", tensor([1, 0, 0, 1, 0, 0], [1, 1, 3, 2]));
  const params = fill(template, leaves);
  const x = tensor([3, 1, 9, 1, 3, 9, 5, 1, 9, 7, 1, 9], [1, 2, 2, 3]) as Tensor4D;
  // the stem's norm leaves ±1 at each pixel: 1, −1, 1, 1 in red, mean ½; green the opposite; normed: ±1
  assertClose(take(features(spec, params, x)), [1, -1], 1e-4);
  disposeTree({ template, params, x });
});

testTensors("convnextFeatures() bends what leaves the stem when transitions are GELU", () => {
  const said = (transitions: "gelu" | null): number[] => {
    const spec = convnext({ depths: [1], dims: [3], layerScale: 0, stem: { size: 1, stride: 1 }, transitions });
    const { params: template } = initConvnext(spec, null);
    // the stem's norm says −3, 0, 3 at every pixel, whatever the image
    const leaves = new Map([
      ...entries(template),
      ["stem.1.weight", zeros([3])] as const,
      ["stem.1.bias", tensor([-3, 0, 3])] as const,
    ]);
    const x = images(1, [1, 2, 2, 3]);
    const seen = take(features(spec, fill(template, leaves), x));
    disposeTree({ template, weight: leaves.get("stem.1.weight")!, bias: leaves.get("stem.1.bias")!, x });
    return seen;
  };
  assertClose(said(null), [-1.22474, 0, 1.22474], 1e-4);
  // GELU makes −.00405, 0 and 2.99595 of them: mean .99730, deviation 1.41326
  assertClose(said("gelu"), [-0.70854, -0.70567, 1.41421], 1e-4);
});

testTensors("convnextFeatures() of an image does not depend on its neighbours in the batch", () => {
  for (
    const options of [{}, { transitions: "gelu", initial: "fanIn" } as const, {
      highPass: 5,
      stem: { size: 4, stride: 2 },
      kernel: 5,
      layerScale: 0.5,
    }]
  ) {
    const spec = convnext({ ...small, ...options });
    const { params } = initConvnext(spec, (name) => random(1, name));
    const both = images(1, [2, 16, 16, 3]);
    const first = tensor(both.dataSync().slice(0, 16 * 16 * 3), [1, 16, 16, 3]) as Tensor4D;
    const whole = take(features(spec, params, both));
    assertEquals(whole.length, 2 * convnextWidth(spec));
    assertClose(take(features(spec, params, first)), whole.slice(0, 6), 1e-5);
    disposeTree({ params, both, first });
  }
});

testTensors(
  "convnextFeatures() has the gradient of finite differences through overlapping patches and high pass",
  () => {
    const spec = convnext({
      depths: [1],
      dims: [3],
      kernel: 3,
      layerScale: 0.5,
      highPass: 2,
      transitions: "gelu",
      stem: { size: 4, stride: 2 },
    });
    const { params } = initConvnext(spec, (name) => random(2, name));
    const leaves = new Map(entries(params));
    const name = "stem.0.weight";
    const values = [...leaves.get(name)!.dataSync()].map((w) => 10 * w); // weights of .02 are too flat to be tested
    const shape = leaves.get(name)!.shape;
    const x = images(3, [2, 6, 6, 3]);
    const direction = tensor([1, -2, 0.5]);
    assertGradient(
      (weight: Tensor) => sum(mul(features(spec, fill(params, new Map([...leaves, [name, weight]])), x), direction)),
      { values, shape, step: 4e-3, tolerance: 5e-3 },
    );
    disposeTree({ params, x, direction });
  },
);

testTensors("the sizes of timm have timm's numbers of parameters without its classifier", () => {
  const published = { atto: 3_695_520, femto: 5_217_784, pico: 9_045_672, nano: 15_593_560, tiny: 28_589_128 } as const;
  for (const [size, count] of Object.entries(published)) {
    const spec = convnext({ size: size as keyof typeof published });
    const { params } = initConvnext(spec, null);
    assertEquals(sizeOf(params), count - (convnextWidth(spec) + 1) * 1000, size);
    disposeTree(params);
  }
  assertEquals((["small", "base", "large", "xlarge"] as const).map((size) => convnextWidth(convnext({ size }))), [
    768,
    1024,
    1536,
    2048,
  ]);
});

Deno.test("fromTimm() makes linear weights of the 1 × 1 convolutions in an MLP, and of nothing else", () => {
  const stored = (...shape: number[]) => ({ dtype: "F32", shape, data: new Float32Array(8) }) as const;
  const names = fromTimm(
    new Map([
      ["stages.0.blocks.1.mlp.fc1.weight", stored(8, 1, 1, 1)],
      ["stages.0.blocks.1.mlp.fc1.bias", stored(8)],
      ["stages.3.blocks.0.mlp.fc2.weight", stored(1, 8)],
      ["stages.1.downsample.1.weight", stored(2, 1, 2, 2)],
      ["stem.0.weight", stored(8, 1, 1, 1)],
    ]),
  );
  assertEquals([...names.values()].map(({ shape }) => shape), [[8, 1], [8], [1, 8], [2, 1, 2, 2], [8, 1, 1, 1]]);
});

const dropping = convnext({ ...small, layerScale: 1, dropPath: 0.4, initial: "fanIn" });

testTensors("convnextDraws() asks one number a sample for each block but the first, which always stays", () => {
  assertEquals(convnextDraws(dropping, 5), {
    "stages.1.blocks.0.drop_path": [5],
    "stages.1.blocks.1.drop_path": [5],
  });
  assertEquals(convnextDraws(convnext(small), 5), {});
});

testTensors("drop path leaves a block's branch out of the samples whose number is below its rate", () => {
  const { params } = initConvnext(dropping, (name) => random(1, name));
  const x = images(1, [2, 8, 8, 3]);
  // rates rise evenly: 0, .2 and .4
  const draws = {
    "stages.1.blocks.0.drop_path": tensor([0.3, 0.3]),
    "stages.1.blocks.1.drop_path": tensor([0.3, 0.5]),
  };
  const learned = take(features(dropping, params, x, draws));
  const twice = take(features(dropping, params, x, draws));
  assertEquals(learned, twice);
  // kept branches are divided by what they are kept with: as LayerScale of 1 / .8 and 1 / .6
  const scaled = (last: number) => {
    const gammas = { "stages.1.blocks.0.gamma": 1 / 0.8, "stages.1.blocks.1.gamma": last };
    const own = Object.entries(gammas).map(([name, value]) => [name, tensor(new Array(6).fill(value))] as const);
    const seen = take(features(dropping, fill(params, new Map([...entries(params), ...own])), x));
    disposeTree(own.map(([, gamma]) => gamma));
    return seen;
  };
  assertClose(learned.slice(0, 6), scaled(0).slice(0, 6), 1e-5);
  assertClose(learned.slice(6), scaled(1 / 0.6).slice(6), 1e-5);
  disposeTree({ params, x, draws });
});

testTensors("convnextStages() name every parameter once", () => {
  const { params } = initConvnext(convnext(small), null);
  const stages = convnextStages(convnext(small));
  assertEquals(stages.length, 3);
  for (const [path] of entries(params)) {
    assertEquals(stages.flat().filter((start) => path.startsWith(`${start}.`)).length, 1, path);
  }
  disposeTree(params);
});

testTensors("convnextFeatures() give the map of the stage before the last, as convnextInner() says", () => {
  const three = { depths: [1, 1, 1], dims: [2, 3, 4], stem: { size: 4, stride: 2 } };
  for (const spec of [convnext(small), convnext(three), convnext({ depths: [1], dims: [4] })]) {
    for (const side of [16, 19]) {
      const { params } = initConvnext(spec, null);
      const seen = zeros([2, side, side, 3]) as Tensor4D;
      const { pooled, map } = convnextFeatures(spec, { params, buffers: {} }, { images: seen, pass: judging });
      const inner = convnextInner(spec, side);
      assertEquals(map?.shape, inner === null ? undefined : [2, inner.side, inner.side, inner.channels]);
      disposeTree({ params, seen, pooled, ...(map === undefined ? {} : { map }) });
    }
  }
  assertEquals(convnextInner(convnext({ size: "base" }), 224), { side: 14, channels: 512 });
});

testTensors("convnextFeatures() refuses images that it cannot see", () => {
  const spec = convnext(small);
  const { params } = initConvnext(spec, null);
  const seen = [zeros([1, 7, 8, 3]), zeros([1, 8, 8, 1])] as Tensor4D[];
  assertThrows(
    () => features(spec, params, seen[0]),
    TypeError,
    "of shape [1, 7, 8, 3]: expected [B, H, W, 3]",
  );
  assertThrows(() => features(spec, params, seen[1]), TypeError, "at least 8 × 8");
  disposeTree({ params, seen });
});

Deno.test("convnext() wants a size, or depths and dims", () => {
  assertEquals(convnextWidth(convnext({ size: "base" })), 1024);
  assertEquals(convnextWidth(convnext(small)), 6);
  const refused = (options: Parameters<typeof convnext>[0], told: string) =>
    assertThrows(() => convnext(options), RangeError, told);
  refused({}, "size null, depths null, dims null, expected either size, or depths and dims");
  refused({ size: "base", ...small }, "expected either size, or depths and dims");
  refused({ depths: [1] }, "expected either size, or depths and dims");
  refused({ size: "bass" as "base" }, 'did you mean "base"?');
  refused({ depths: [1, 2], dims: [4] }, "expected as many whole numbers ≥ 1 in both");
  refused({ depths: [], dims: [] }, "expected as many whole numbers");
  refused({ ...small, kernel: 4 }, "kernel 4, expected an odd number");
  refused({ ...small, stem: { size: 2, stride: 4 } }, "expected a size of at least stride");
  refused({ ...small, stem: { size: 3, stride: 2 } }, "their difference even");
  refused({ ...small, stem: { size: 4 } as { size: number; stride: number } }, "convnext.stem.stride");
  refused({ ...small, expansion: 1.1 }, "expected whole hidden widths");
  refused({ ...small, highPass: 0 }, "convnext.highPass: given 0");
  refused({ ...small, dropPath: 1 }, "convnext.dropPath: given 1");
});

Deno.test("convnext() refuses weights for an architecture that they were not trained for", () => {
  const weights = "timm/convnext_base.fb_in22k";
  assertEquals(convnext({ size: "base", weights }).weights, weights);
  const refused = (options: Parameters<typeof convnext>[0], told: string) =>
    assertThrows(() => convnext(options), RangeError, told);
  refused({ size: "tiny", weights }, 'for size "tiny", expected size "base"');
  refused({ ...small, weights }, "for size null");
  refused({ size: "base", weights: "timm/resnet50.tv_in1k" }, 'for kind "convnext", expected kind "resnet"');
  refused({ size: "base", weights, kernel: 5 }, "expected those of the paper");
  refused({ size: "base", weights, highPass: 5 }, "their stem has 3 channels");
  refused({ size: "base", weights: "timm/convnext_base.fb_in22" }, "did you mean");
});

Deno.test("convnextView() is ImageNet's with pretrained weights, and −1…1 without", () => {
  assertEquals(convnextView(convnext(small)), { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  assertEquals(convnextView(convnext({ size: "base", weights: "timm/convnext_base.fb_in22k" })).mean[0], 0.485);
});
