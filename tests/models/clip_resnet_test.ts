import { constant, mul, type Scalar, sum, type Tensor, tensor, type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, mapTree } from "../../lib/engine/tree.ts";
import { type ClipResnet, clipResnetFeatures, initClipResnet } from "../../lib/models/clip_resnet.ts";
import { judging, learning } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const spec: ClipResnet = { blocks: [2, 1, 1, 1], width: 2, heads: 4, image: 64, projection: 3 };
const streams = (name: string) => random(2, name);

function images(count: number, side = 64): Tensor4D {
  return tensor(random(3, "images").normals(count * side * side * 3), [count, side, side, 3]) as Tensor4D;
}

testTensors("initClipResnet() has OpenAI's names", () => {
  const { params, buffers } = initClipResnet(spec, null);
  const shapes = new Map([...entries(params), ...entries(buffers)].map(([path, leaf]) => [path, leaf.shape]));
  const expected = {
    "conv1.weight": [3, 3, 3, 1],
    "conv3.weight": [3, 3, 1, 2],
    "bn3.running_mean": [2],
    "layer1.0.conv1.weight": [1, 1, 2, 2],
    "layer1.0.downsample.0.weight": [1, 1, 2, 8],
    "layer1.0.downsample.1.running_var": [8],
    "layer1.1.conv2.weight": [3, 3, 2, 2],
    "layer4.0.bn3.bias": [64],
    "attnpool.positional_embedding": [5, 64],
    "attnpool.k_proj.weight": [64, 64],
    "attnpool.c_proj.weight": [3, 64],
    "attnpool.c_proj.bias": [3],
  };
  for (const [path, shape] of Object.entries(expected)) assertEquals(shapes.get(path), shape, path);
  assert(!shapes.has("layer1.1.downsample.0.weight"), "a block that changes nothing carries its input as it is");
  // 3 norms of the stem, 3 of each block, 1 of each of the 4 that carry
  assertEquals(entries(buffers).length, 3 * (3 + 3 * 5 + 4));
  disposeTree({ params, buffers });
});

testTensors("clipResnetFeatures() with a query of zeros is the mean of the values", () => {
  const network = initClipResnet(spec, null);
  // the last stage says the bias of its last norm everywhere, 1 … 64, as every branch before is dead
  const own = {
    "layer4.0.bn3.bias": tensor(Float32Array.from({ length: 64 }, (_, i) => i + 1)),
    "attnpool.v_proj.weight": tensor(Float32Array.from({ length: 64 * 64 }, (_, i) => i % 65 === 0 ? 2 : 0), [64, 64]),
    "attnpool.c_proj.weight": tensor(Float32Array.from({ length: 3 * 64 }, (_, i) => i % 65 === 0 ? 1 : 0), [3, 64]),
    "attnpool.c_proj.bias": tensor([0, 0, 0.5]),
    // the five places add 1 to the first channel on average
    "attnpool.positional_embedding": tensor(
      Float32Array.from({ length: 5 * 64 }, (_, i) => i === 64 ? 5 : 0),
      [5, 64],
    ),
  };
  const params = fill(network.params, new Map([...entries(network.params), ...Object.entries(own)]));
  const x = images(1);
  const { pooled, map } = clipResnetFeatures(spec, { ...network, params }, { images: x, pass: judging });
  assertEquals(map.shape, [1, 4, 4, 32]);
  assertClose(take(pooled), [2 * (1 + 1), 2 * 2, 2 * 3 + 0.5], 1e-4);
  disposeTree([network.params, network.buffers, own, x, map]);
});

testTensors("clipResnetFeatures() is judged by what its norms remember, and learns by the batch", () => {
  const { params, buffers } = initClipResnet(spec, streams);
  const both = images(2);
  const first = tensor(both.dataSync().slice(0, 64 * 64 * 3), [1, 64, 64, 3]) as Tensor4D;
  const seen = (images: Tensor4D, pass = judging): number[] => {
    const { pooled, map } = clipResnetFeatures(spec, { params, buffers }, { images, pass });
    map.dispose();
    return take(pooled);
  };
  const judged = seen(both);
  assertClose(seen(first), judged.slice(0, 3), 1e-5);
  const pass = learning({ learns: () => true, draws: {} });
  const learnt = seen(both, pass);
  assert(learnt.some((value, i) => Math.abs(value - judged[i]) > 1e-3), "the batch's own statistics differ");
  const moved = mapTree(buffers, (buffer) => pass.moved(buffer));
  for (const [path, buffer] of entries(moved)) {
    if (path.endsWith("num_batches_tracked")) assertEquals([...buffer.dataSync()], [1], path);
  }
  disposeTree([params, buffers, moved, both, first]);
});

testTensors("clipResnetFeatures() has the gradient of finite differences through its pools", () => {
  const network = initClipResnet(spec, streams);
  // the last block's ReLUs open for good: differences across their bends would say nothing
  const open = { "layer4.0.bn2.bias": constant([16], 9), "layer4.0.bn3.bias": constant([64], 9) };
  const leaves = new Map([...entries(network.params), ...Object.entries(open)]);
  const x = images(1);
  const direction = tensor([1, -2, 0.5]);
  for (const name of ["layer4.0.bn2.weight", "layer4.0.downsample.1.weight", "attnpool.v_proj.bias"]) {
    const { shape } = leaves.get(name)!;
    const at = (weight: Tensor) => {
      const params = fill(network.params, new Map([...leaves, [name, weight]]));
      return clipResnetFeatures(spec, { ...network, params }, { images: x, pass: judging }).pooled;
    };
    assertGradient((weight) => sum<Scalar>(mul(at(weight), direction)), {
      values: [...leaves.get(name)!.dataSync()],
      shape,
    });
  }
  disposeTree([network.params, network.buffers, open, x, direction]);
});

testTensors("clipResnetFeatures() refuses images of another size", () => {
  const network = initClipResnet(spec, null);
  const x: Tensor4D = zeros([1, 32, 32, 3]);
  assertThrows(
    () => clipResnetFeatures(spec, network, { images: x, pass: judging }),
    TypeError,
    "of shape [1, 32, 32, 3]: expected [B, 64, 64, 3]",
  );
  disposeTree([network.params, network.buffers, x]);
});
