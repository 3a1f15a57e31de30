import { mul, sum, type Tensor, tensor, type Tensor2D } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill } from "../../lib/engine/tree.ts";
import { applyMlp, initMlp, mlpDraws } from "../../lib/models/mlp_head.ts";
import { mlp } from "../../lib/models/mod.ts";
import { judging, learning, type Pass } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const streams = (name: string) => random(1, name);

testTensors("initMlp() has the reference's names and shapes", () => {
  const { params, buffers } = initMlp(mlp({ widths: [4, 3], classes: 2 }), { width: 5, streams: null });
  assertEquals(Object.fromEntries(entries(params).map(([path, leaf]) => [path, leaf.shape])), {
    "layers.0.weight": [4, 5],
    "layers.0.bias": [4],
    "layers.1.weight": [4],
    "layers.1.bias": [4],
    "layers.4.weight": [3, 4],
    "layers.4.bias": [3],
    "layers.5.weight": [3],
    "layers.5.bias": [3],
    "output_layer.weight": [2, 3],
    "output_layer.bias": [2],
  });
  assertEquals(entries(buffers).map(([path]) => path).filter((path) => path.endsWith("mean")), [
    "layers.1.running_mean",
    "layers.5.running_mean",
  ]);
  disposeTree({ params, buffers });
});

testTensors("initMlp() draws weights with variance 2 over the inputs of a unit", () => {
  const { params, buffers } = initMlp(mlp({ widths: [300] }), { width: 24, streams });
  const values = [...(params.layers[0].weight as Tensor).dataSync()];
  assertClose(values.reduce((sum, w) => sum + w * w, 0) / values.length, 2 / 24, 0.005);
  assertClose(Math.max(...values), Math.sqrt(6 / 24), 0.01); // uniform
  disposeTree({ params, buffers });
});

testTensors("a perceptron norms, bends, leaves out and classifies as paper and pencil give", () => {
  const spec = mlp({ widths: [2], dropout: 0.5 });
  const params = {
    layers: {
      0: { weight: tensor([[1], [-1]]), bias: tensor([0, 0]) },
      1: { weight: tensor([1, 2]), bias: tensor([0, 0]) },
    },
    output_layer: { weight: tensor([[1, 10]]), bias: tensor([0.5]) },
  };
  const remembered = { running_mean: tensor([1, 0]), running_var: tensor([1, 4]), num_batches_tracked: tensor(3) };
  const network = { params, buffers: { layers: { 1: remembered } } };
  const features = tensor([[2]]) as Tensor2D;
  const see = (pass: Pass) => applyMlp(spec, network, { features, pass });
  // (2, −2) → norm (2 − 1)/1 and 2·(−2)/2 → leaky (1, −.02)
  const judged = see(judging);
  assertClose(take(judged.embedding), [1, -0.02], 1e-5);
  assertClose(take(judged.logits), [1 - 0.2 + 0.5], 1e-5);
  const uniform = tensor([[0.1, 0.9]]);
  const learned = see({ norm: judging.norm, draw: (name) => name === "layers.3" ? uniform : null });
  assertClose(take(learned.embedding), [1, -0.02], 1e-5); // taken before the dropout
  assertClose(take(learned.logits), [-0.4 + 0.5], 1e-5); // the first left out, the second doubled
  disposeTree({ network, features, uniform });
});

testTensors("applyMlp() has the gradient of finite differences through batch norm and dropout", () => {
  const spec = mlp({ widths: [3, 2], dropout: 0.4 });
  const network = initMlp(spec, { width: 2, streams });
  const features = tensor([...random(2, "x").normals(10)], [5, 2]) as Tensor2D;
  const draws = Object.fromEntries(
    Object.entries(mlpDraws(spec, { rows: 5 })).map(([name, shape]) => {
      const { uniform } = random(3, name);
      return [name, tensor(Array.from({ length: shape[0] * shape[1] }, uniform), [...shape] as [number, number])];
    }),
  );
  const leaves = new Map(entries(network.params));
  const direction = tensor([...random(4, "direction").normals(5)].map((value) => 10 * value), [5, 1]);
  const name = "layers.0.weight";
  const own: Tensor[] = [];
  assertGradient((weight: Tensor) => {
    const pass = learning({ learns: () => true, draws });
    const params = fill(network.params, new Map([...leaves, [name, weight]]));
    const { logits } = applyMlp(spec, { params, buffers: network.buffers }, { features, pass });
    own.push(...entries(network.buffers).map(([, buffer]) => pass.moved(buffer)));
    return sum(mul(logits, direction));
  }, { values: [...leaves.get(name)!.dataSync()], shape: [3, 2], step: 1e-3, tolerance: 1e-2 });
  disposeTree({ network, features, draws, direction, own });
});

Deno.test("mlpDraws() asks a number for each value of a hidden layer, none without dropout", () => {
  assertEquals(mlpDraws(mlp({ widths: [4, 3] }), { rows: 2 }), { "layers.3": [2, 4], "layers.7": [2, 3] });
  assertEquals(mlpDraws(mlp({ dropout: 0 }), { rows: 2 }), {});
});

Deno.test("mlp() is Robust CLIP's by default, and refuses what does not fit", () => {
  assertEquals(mlp(), { kind: "mlp", classes: 1, widths: [1536, 1536, 1536], dropout: 0.335, slope: 0.01 });
  assert(Object.isFrozen(mlp().widths));
  assertThrows(() => mlp({ widths: [] }), RangeError, "widths [], expected at least one");
  assertThrows(() => mlp({ widths: [4, 0] }), RangeError, "mlp.widths: given 0");
  assertThrows(() => mlp({ dropout: 1 }), RangeError, "mlp.dropout");
  assertThrows(() => mlp({ slope: 1 }), RangeError, "mlp.slope");
});
