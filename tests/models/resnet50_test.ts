import { add, mul, sub, tensor, type Tensor4D, tidy, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries, mapTree, sizeOf } from "../../lib/engine/tree.ts";
import {
  fiftyLayers,
  initResnet50,
  type Resnet50,
  resnet50Features,
  resnet50Map,
  resnet50Width,
  trainResnet50,
} from "../../lib/models/resnet50.ts";
import { globalPool } from "../../lib/nn/pool.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

const small = { depths: [1, 1, 1, 1], downsample: false };
const streams = (name: string) => random(1, name);

function images(seed: number, shape: [number, number, number, number]): Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(random(seed, "images").normals(size), shape) as Tensor4D;
}

testTensors("initResnet50() has torchvision's names and number of parameters without fc", () => {
  const { params, buffers } = initResnet50({ depths: fiftyLayers, downsample: true }, null);
  assertEquals(sizeOf(params), 25_557_032 - 2048 * 1000 - 1000); // torchvision's resnet50 less its classifier
  const names = entries({ ...params }).map(([path]) => path);
  assertEquals(names.slice(0, 4), ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"]);
  assertEquals(names.filter((name) => name.includes("downsample")).length, 4 * 3);
  assertEquals(entries(buffers).length, 3 * 53);
  assert(entries(buffers).some(([path]) => path === "layer4.0.downsample.1.running_var"));
  const shapes = new Map(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  assertEquals(shapes.get("layer2.0.conv2.weight"), [3, 3, 128, 128]);
  assertEquals(shapes.get("layer2.0.downsample.0.weight"), [1, 1, 256, 512]);
  disposeTree({ params, buffers });
});

testTensors(
  "resnet50Map() halves height and width five times, and three times without downsampling at the start",
  () => {
    const state = initResnet50(small, streams);
    const x = images(1, [1, 16, 8, 3]);
    const shape = (downsample: boolean): number[] => {
      const map = resnet50Map({ ...small, downsample }, state, x);
      map.dispose();
      return map.shape;
    };
    assertEquals(shape(true), [1, 1, 1, resnet50Width(small)]);
    assertEquals(shape(false), [1, 2, 1, resnet50Width(small)]);
    disposeTree({ state, x });
  },
);

testTensors("resnet50Features() is the mean of the map and does not depend on neighbours in the batch", () => {
  const state = initResnet50(small, streams);
  const both = images(1, [2, 16, 16, 3]);
  const first = tensor(both.dataSync().slice(0, 16 * 16 * 3), [1, 16, 16, 3]) as Tensor4D;
  const map = resnet50Map(small, state, both);
  const whole = take(resnet50Features(small, state, both));
  assertClose(take(globalPool(map)), whole, 1e-5);
  // a random network of this depth, never normed by a batch, says large numbers
  const scale = Math.max(...whole.map(Math.abs));
  const alone = take(resnet50Features(small, state, first));
  assertClose(alone.map((value) => value / scale), whole.slice(0, 2048).map((value) => value / scale), 1e-5);
  disposeTree({ state, both, first, map });
});

testTensors("the judged network says of a batch what the learning one said, given that batch's own statistics", () => {
  const spec = { ...small, downsample: true };
  const { params, buffers } = initResnet50(spec, streams);
  const x = images(1, [8, 48, 48, 3]);
  const { features, buffers: next } = trainResnet50(spec, { params, buffers }, x);
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
  const learned = take(features);
  const largest = Math.max(...learned);
  const judged = take(resnet50Features(spec, { params, buffers: own }, x));
  // statistics found in float32 and taken from the buffers by tenfold differences: measured 2.4e-5
  assertClose(judged.map((value) => value / largest), learned.map((value) => value / largest), 1e-4);
  disposeTree({ params, buffers, next, own, x });
});

testTensors("resnet50Features() refuses images without three channels", () => {
  const state = initResnet50(small, null);
  const grey = zeros([1, 16, 16, 1]) as Tensor4D;
  assertThrows(() => resnet50Features(small, state, grey), TypeError, "of shape [1, 16, 16, 1]: expected [B, H, W, 3]");
  disposeTree({ state, grey });
});

testTensors("initResnet50() refuses depths that are not those of four stages", () => {
  const start = (spec: Partial<Resnet50>) => () => initResnet50({ ...small, ...spec }, null);
  assertThrows(start({ depths: [3, 4, 6] }), RangeError, "depths [3,4,6], expected four whole numbers ≥ 1");
  assertThrows(start({ downsample: 1 as unknown as boolean }), TypeError, "resnet50.downsample");
});
