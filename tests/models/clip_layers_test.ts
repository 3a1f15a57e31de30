import { mul, type Scalar, sum, type Tensor, tensor, type Tensor3D } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill } from "../../lib/engine/tree.ts";
import { applyClipLayers, initClipLayers } from "../../lib/models/clip_layers.ts";
import { firstTokens } from "../../lib/nn/attention.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const spec = { width: 4, layers: 2, heads: 2, hidden: 6, activation: "quickGelu" } as const;
const streams = (name: string) => random(3, name);

function tokens(shape: [number, number, number]): Tensor3D {
  return tensor(random(6, "tokens").normals(shape[0] * shape[1] * shape[2]), shape) as Tensor3D;
}

testTensors("applyClipLayers() leaves tokens alone where branches are dead, and else adds them", () => {
  const dead = initClipLayers({ ...spec, layers: 1 }, null);
  const x = tokens([1, 3, 4]);
  assertClose(take(applyClipLayers(spec, dead, { tokens: x })), [...x.dataSync()], 1e-6);
  // the MLP alone: QuickGELU(2) = 2 · σ(3.404) = 1.93568 of every hidden unit, times a weight of ½, six times
  const leaves = new Map(entries(dead));
  leaves.set("0.mlp.fc1.bias", tensor(new Array(6).fill(2)));
  leaves.set("0.mlp.fc2.weight", tensor(new Array(24).fill(0.5), [4, 6]));
  const added = [...x.dataSync()].map((value) => value + 3 * 2 / (1 + Math.exp(-3.404)));
  assertClose(take(applyClipLayers(spec, fill(dead, leaves), { tokens: x })), added, 1e-5);
  disposeTree([dead, leaves.get("0.mlp.fc1.bias")!, leaves.get("0.mlp.fc2.weight")!, x]);
});

testTensors("applyClipLayers() makes the same of the tokens that are wanted as of all", () => {
  const layers = initClipLayers(spec, streams);
  const x = tokens([2, 5, 4]);
  const all = applyClipLayers(spec, layers, { tokens: x });
  const first = applyClipLayers(spec, layers, { tokens: x, wanted: 1 });
  assertEquals(first.shape, [2, 1, 4]);
  assertClose(take(first), take(firstTokens(all, 1)), 1e-5);
  disposeTree([layers, x, all]);
});

testTensors("applyClipLayers() has the gradient of finite differences", () => {
  const layers = initClipLayers(spec, streams);
  const leaves = new Map(entries(layers));
  const x = tokens([1, 3, 4]);
  const direction = tensor([1, -2, 0.5, 3], [1, 1, 4]);
  for (const name of ["0.self_attn.k_proj.weight", "1.mlp.fc1.weight", "1.layer_norm1.weight"]) {
    const { shape } = leaves.get(name)!;
    for (const wanted of [1, undefined]) {
      const at = (weight: Tensor) =>
        applyClipLayers(spec, fill(layers, new Map([...leaves, [name, weight]])), { tokens: x, wanted });
      assertGradient((weight) => sum<Scalar>(mul(at(weight), direction)), {
        values: [...leaves.get(name)!.dataSync()],
        shape,
        tolerance: 4e-3,
      });
    }
  }
  disposeTree([layers, x, direction]);
});

testTensors("initClipLayers() draws what leaves a branch the narrower the more layers there are", () => {
  const wide = { ...spec, width: 64, hidden: 128, layers: 2 };
  const layers = initClipLayers(wide, streams);
  const deviation = (x: Tensor) => Math.hypot(...x.dataSync()) / Math.sqrt(x.size);
  const { self_attn, mlp } = layers[1];
  assertClose(deviation(self_attn.q_proj.weight), 1 / 8, 0.01);
  assertClose(deviation(mlp.fc1.weight), 1 / Math.sqrt(128), 0.01);
  assertClose(deviation(self_attn.out_proj.weight), 1 / 16, 0.005);
  assertClose(deviation(mlp.fc2.weight), 1 / 16, 0.005);
  disposeTree(layers);
});
