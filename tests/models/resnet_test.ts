import { add, concat, mul, sub, sum, type Tensor, tensor, type Tensor4D, tidy, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, mapTree, sizeOf } from "../../lib/engine/tree.ts";
import { type Resnet, resnet } from "../../lib/models/mod.ts";
import { initResnet, resnetFeatures, resnetStages, resnetView, resnetWidth } from "../../lib/models/resnet.ts";
import { judging, learning } from "../../lib/nn/pass.ts";
import { globalPool } from "../../lib/nn/pool.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const small = resnet({ blocks: [1, 1, 1, 1], downsample: false });
const smallBasic = resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false });
const streams = (name: string) => random(1, name);

function images(seed: number, shape: [number, number, number, number]): Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(random(seed, "images").normals(size), shape) as Tensor4D;
}

/** Features; the maps are freed. */
function features(spec: Resnet, network: ReturnType<typeof initResnet>, images: Tensor4D, pass = judging): number[] {
  const { pooled, map, places } = resnetFeatures(spec, network, { images, pass });
  disposeTree([map, places]);
  return take(pooled);
}

testTensors("initResnet() has torchvision's names and numbers of parameters without fc", () => {
  const told = { 18: 11_689_512 - 512 * 1000 - 1000, 50: 25_557_032 - 2048 * 1000 - 1000 };
  for (const depth of [18, 50] as const) {
    const network = initResnet(resnet({ depth }), null);
    assertEquals(sizeOf(network.params), told[depth]);
    disposeTree(network);
  }
});

testTensors("initResnet() names bottlenecks and basic blocks as torchvision does", () => {
  const { params, buffers } = initResnet(resnet(), null);
  const names = entries(params).map(([path]) => path);
  assertEquals(names.slice(0, 4), ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"]);
  assertEquals(names.filter((name) => name.includes("downsample")).length, 4 * 3);
  assertEquals(entries(buffers).length, 3 * 53);
  assert(entries(buffers).some(([path]) => path === "layer4.0.downsample.1.running_var"));
  const shapes = new Map(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  assertEquals(shapes.get("layer2.0.conv2.weight"), [3, 3, 128, 128]);
  assertEquals(shapes.get("layer2.0.downsample.0.weight"), [1, 1, 256, 512]);
  disposeTree({ params, buffers });
  const basic = initResnet(resnet({ depth: 18 }), null);
  const basicNames = entries(basic.params).map(([path]) => path);
  assertEquals(basicNames.filter((name) => name.includes("downsample")).length, 3 * 3); // layer1 keeps its width
  assert(basicNames.every((name) => !name.includes("conv3")));
  assertEquals(entries(basic.buffers).length, 3 * 20);
  disposeTree(basic);
});

testTensors(
  "initResnet() draws filters with variance 2 over what an input reaches, each from a stream of its own",
  () => {
    const network = initResnet(small, streams);
    const values = [...network.params.layer1[0].conv2.weight.dataSync()];
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    assertClose(variance * 3 * 3 * 64, 2, 0.05);
    const deeper = initResnet(resnet({ blocks: [2, 1, 1, 1], downsample: false }), streams);
    const same = (tree: typeof network) => [...tree.params.layer4[0].conv1.weight.dataSync().slice(0, 8)];
    assertEquals(same(network), same(deeper));
    disposeTree([network, deeper]);
  },
);

testTensors("a ResNet halves height and width five times, and three times without downsampling at the start", () => {
  for (const spec of [small, smallBasic]) {
    const network = initResnet(spec, streams);
    const x = images(1, [1, 16, 8, 3]);
    const shapes = (downsample: boolean): number[][] => {
      const at = { images: x, pass: judging };
      const { pooled, map, places } = resnetFeatures({ ...spec, downsample }, network, at);
      disposeTree([pooled, map, places]);
      return [map.shape, places.shape];
    };
    const width = resnetWidth(spec);
    assertEquals(shapes(true), [[1, 1, 1, width / 2], [1, 1, 1, width]]);
    assertEquals(shapes(false), [[1, 4, 2, width / 2], [1, 2, 1, width]]);
    disposeTree({ network, x });
  }
});

testTensors("resnetFeatures() are the mean of their places and do not depend on neighbours in the batch", () => {
  const network = initResnet(small, streams);
  const both = images(1, [2, 16, 16, 3]);
  const first = tensor(both.dataSync().slice(0, 16 * 16 * 3), [1, 16, 16, 3]) as Tensor4D;
  const { pooled, map, places } = resnetFeatures(small, network, { images: both, pass: judging });
  const whole = take(pooled);
  assertClose(take(globalPool(places)), whole, 1e-5);
  // a random network of this depth, never normed by a batch, says large numbers
  const scale = Math.max(...whole.map(Math.abs));
  const alone = features(small, network, first);
  assertClose(alone.map((value) => value / scale), whole.slice(0, 2048).map((value) => value / scale), 1e-5);
  disposeTree([network.params, network.buffers, both, first, map, places]);
});

testTensors("the judged network says of a batch what the learning one said, given that batch's own statistics", () => {
  const spec = resnet({ ...small, downsample: true });
  const { params, buffers } = initResnet(spec, streams);
  const x = images(1, [8, 48, 48, 3]);
  const pass = learning({ learns: () => true, draws: {} });
  const learned = features(spec, { params, buffers }, x, pass);
  const next = mapTree(buffers, pass.moved);
  const old = new Map(entries(buffers));
  const sides: Record<string, number> = { bn1: 24, layer1: 12, layer2: 6, layer3: 3, layer4: 2 };
  const own = mapTree(next, (buffer, path) => {
    const [stage, block, norm] = path.split(".");
    // a block halves height and width in its second convolution
    const before = block === "0" && norm === "bn1" ? { layer2: 12, layer3: 6, layer4: 3 }[stage] : undefined;
    const values = 8 * (before ?? sides[stage]) ** 2;
    const share = path.endsWith("running_var") ? (values - 1) / values : 1;
    // a batch moves what is remembered by a tenth of the distance; of the unbiased variance
    return tidy(() => mul(add(old.get(path)!, mul(sub(buffer, old.get(path)!), 10)), share));
  });
  for (const [path, buffer] of entries(own)) {
    if (path.endsWith("num_batches_tracked")) assertEquals([...buffer.dataSync()], [10]);
  }
  const largest = Math.max(...learned);
  const judged = features(spec, { params, buffers: own }, x);
  // statistics found in float32 and taken from the buffers by tenfold differences: measured 2.4e-5
  assertClose(judged.map((value) => value / largest), learned.map((value) => value / largest), 1e-4);
  disposeTree({ params, buffers, next, own, x });
});

testTensors("a leaky ReLU lets a hundredth of what is negative through, where ReLU says nothing", () => {
  const network = initResnet(smallBasic, null); // filters of zeros: a block says its second norm's bias, bent
  const leaves = new Map(entries(network.params));
  const bias = tensor([-2, 3, ...new Array(510).fill(0)]);
  const params = fill(network.params, new Map([...leaves, ["layer4.0.bn2.bias", bias]]));
  const x = images(1, [1, 8, 8, 3]);
  const said = (activation: Resnet["activation"]) =>
    features(resnet({ ...smallBasic, activation }), { params, buffers: network.buffers }, x).slice(0, 3);
  assertClose(said("relu"), [0, 3, 0], 1e-6);
  assertClose(said("leakyRelu"), [-0.02, 3, 0], 1e-6);
  disposeTree({ network, bias, x });
});

testTensors("resnetFeatures() have the gradient of finite differences through a leaky basic block", () => {
  const spec = resnet({ ...smallBasic, activation: "leakyRelu" });
  const network = initResnet(spec, streams);
  const leaves = new Map(entries(network.params));
  const x = images(3, [1, 8, 8, 3]);
  const direction = tensor(random(4, "direction").normals(512), [512]);
  assertGradient((four: Tensor) => {
    const bias = concat([four, zeros([508])], 0);
    const params = fill(network.params, new Map([...leaves, ["layer4.0.bn2.bias", bias]]));
    const { pooled } = resnetFeatures(spec, { params, buffers: network.buffers }, { images: x, pass: judging });
    return sum(mul(pooled, direction));
  }, { values: [30, -20, 50, -40], shape: [4], step: 4 });
  disposeTree({ network, x, direction });
});

testTensors("resnetFeatures() refuses images without three channels", () => {
  const network = initResnet(small, null);
  const grey = zeros([1, 16, 16, 1]) as Tensor4D;
  assertThrows(() => features(small, network, grey), TypeError, "of shape [1, 16, 16, 1]: expected [B, H, W, 3]");
  disposeTree({ network, grey });
});

testTensors("resnetStages() name every parameter once, the last four as AlignedForensics's blocks", () => {
  const { params, buffers } = initResnet(small, null);
  const stages = resnetStages();
  for (const [path] of entries(params)) {
    assertEquals(stages.flat().filter((start) => path.startsWith(`${start}.`)).length, 1, path);
  }
  assertEquals(stages.slice(-4).flat(), ["layer1", "layer2", "layer3", "layer4"]);
  disposeTree({ params, buffers });
});

Deno.test("resnet() refuses what does not fit", () => {
  const refused = (options: Parameters<typeof resnet>[0], told: string) =>
    assertThrows(() => resnet(options), Error, told);
  refused({ depth: 34 as 18 }, "depth 34, expected 18 or 50");
  refused({ blocks: [3, 4, 6] }, "blocks [3,4,6], expected four whole numbers ≥ 1, or null");
  refused({ downsample: 1 as unknown as boolean }, "resnet.downsample");
  refused({ activation: "gelu" as "relu" }, 'resnet.activation: given "gelu"');
  refused({ depth: 18, weights: "timm/resnet50.tv_in1k" }, "for depth 18, expected depth 50");
  refused({ weights: "timm/resnet50.tv_in1k", blocks: [1, 1, 1, 1] }, "with blocks [1,1,1,1], expected null");
});

Deno.test("resnetView() is ImageNet's with pretrained weights, and −1…1 without", () => {
  assertEquals(resnetView(resnet()).mean, [0.5, 0.5, 0.5]);
  const nodown = resnet({ weights: "timm/resnet50.tv_in1k", downsample: false, activation: "leakyRelu" });
  assertEquals(resnetView(nodown).mean, [0.485, 0.456, 0.406]);
});
