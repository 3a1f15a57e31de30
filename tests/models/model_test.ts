import { storeTree } from "../../lib/engine/layout.ts";
import { type Tensor, tensor, type Tensor2D, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { backbones, convnext, heads, linear, type LinearHead, refinements } from "../../lib/models/mod.ts";
import * as room from "../../lib/models/mod.ts";
import {
  fakeProbability,
  forwardModel,
  initModel,
  type Model,
  modelTemplate,
  modelView,
} from "../../lib/models/model.ts";
import type { LinearHeadParams } from "../../lib/models/linear_head.ts";
import { judging } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

const model: Model = {
  backbone: convnext({ depths: [1, 1], dims: [4, 6] }),
  head: linear({ classes: 2, embedding: 5 }),
};
const streams = (name: string) => random(1, name);

testTensors("forwardModel() gives embedding and logits of the head's widths", async () => {
  const images = tensor(random(1, "images").normals(2 * 8 * 8 * 3), [2, 8, 8, 3]) as Tensor4D;
  const shapes = async (head: Model["head"]) => {
    const network = await initModel({ ...model, head }, streams);
    const outputs = forwardModel({ ...model, head }, network, { images });
    const found = [outputs.embedding.shape, outputs.logits.shape];
    disposeTree([network, outputs.embedding, outputs.logits]);
    return found;
  };
  assertEquals(await shapes(linear({ classes: 1 })), [[2, 6], [2, 1]]);
  assertEquals(await shapes(linear({ classes: 2, embedding: 5 })), [[2, 5], [2, 2]]);
  images.dispose();
});

testTensors("a linear head embeds, activates and classifies as paper and pencil give", () => {
  const features = tensor([[1, -2]]) as Tensor2D;
  const embedding = { weight: tensor([[1, 1], [0, 1]]), bias: tensor([1, 0]) }; // → (0, −2)
  const fc = { weight: tensor([[3, 5]]), bias: tensor([0.5]) };
  const see = (head: LinearHead, params: LinearHeadParams) =>
    heads.linear.forward(head, { params, buffers: {} }, { features, pass: judging });
  const plain = see(linear({ embedding: 2 }), { embedding, fc });
  assertClose(plain.embedding.dataSync(), [0, -2], 1e-6);
  assertClose(take(plain.logits), [-9.5], 1e-6);
  const active = see(linear({ embedding: 2, activation: "gelu" }), { embedding, fc });
  assertClose(active.embedding.dataSync(), [0, -2], 1e-6); // taken before the activation
  assertClose(take(active.logits), [0.5 + 5 * -2 * 0.0227501], 1e-5); // Φ(−2)
  const bare = see(linear(), { fc });
  assertEquals([...bare.embedding.dataSync()], [1, -2]);
  assertClose(take(bare.logits), [-6.5], 1e-6);
  disposeTree([
    plain.embedding,
    active.embedding,
    bare.embedding,
    embedding.weight,
    embedding.bias,
    fc.weight,
    fc.bias,
  ]);
  assertEquals([...features.dataSync()], [1, -2]);
  features.dispose();
});

testTensors("a linear head of places judges each of them, and an image by their mean", () => {
  // two places of two features: (1, −2) and (3, 0), the mean (2, −1)
  const places = tensor([1, -2, 3, 0], [1, 1, 2, 2]) as Tensor4D;
  const features = tensor([[2, -1]]) as Tensor2D;
  const fc = { weight: tensor([[3, 5]]), bias: tensor([0.5]) };
  const judge = (head: LinearHead, draw: () => Tensor | null = () => null) =>
    heads.linear.forward(head, { params: { fc }, buffers: {} }, { features, places, pass: { ...judging, draw } });
  const judged = judge(linear({ places: true }));
  assertClose(take(judged.places!), [-6.5, 9.5], 1e-6);
  assertClose(take(judged.logits), [1.5], 1e-6);
  assertEquals(take(judged.embedding), [2, -1]);
  // the second input is left out, at both places; the first counts twice
  const uniform = tensor([[0.9, 0.1]]);
  const learning = judge(linear({ places: true, dropout: 0.5 }), () => uniform);
  assertClose(take(learning.places!), [6.5, 18.5], 1e-6);
  assertClose(take(learning.logits), [12.5], 1e-6);
  disposeTree([learning.embedding, uniform]);
  const whole = judge(linear());
  assertEquals(whole.places, undefined);
  disposeTree([whole.embedding, whole.logits]);
  const bare = () =>
    heads.linear.forward(linear({ places: true }), { params: { fc }, buffers: {} }, { features, pass: judging });
  assertThrows(bare, TypeError, "Cannot judge places: the backbone gives none");
  disposeTree([places, features, fc.weight, fc.bias]);
});

testTensors("initModel() gives the same parameters for the same seed, others for another", async () => {
  const [a, b] = [await initModel(model, streams), await initModel(model, streams)];
  const other = await initModel(model, (name) => random(2, name));
  assertEquals(await storeTree(a), await storeTree(b));
  const values = ({ params }: typeof a) => entries(params.head).flatMap(([, leaf]) => [...leaf.dataSync()]);
  assert(values(a).join() !== values(other).join());
  disposeTree({ a, b, other });
});

testTensors("fakeProbability() is the sigmoid of one logit and the second of two by softmax", () => {
  const one = tensor([[0], [Math.log(3)]]) as Tensor2D;
  const two = tensor([[1, 1], [0, Math.log(3)]]) as Tensor2D;
  assertClose(take(fakeProbability(one)), [0.5, 0.75], 1e-6);
  assertClose(take(fakeProbability(two)), [0.5, 0.75], 1e-6);
  disposeTree([one, two]);
});

testTensors("modelTemplate() has the shapes of initModel() and names without a clash", async () => {
  const [template, params] = [modelTemplate(model), await initModel(model, streams)];
  const shapes = (tree: typeof template) => entries(tree).map(([path, leaf]) => `${path} ${leaf.shape}`);
  assertEquals(shapes(template), shapes(params));
  disposeTree({ template, params });
  assertEquals(modelView(model).mean, [0.5, 0.5, 0.5]);
});

Deno.test("linear() refuses what does not fit", () => {
  assertThrows(
    () => linear({ classes: 3 as 2 }),
    RangeError,
    "linear.classes: given 3, expected a whole number from 1 to 2",
  );
  assertThrows(() => linear({ embedding: 0.5 }), RangeError, "linear.embedding");
  assertThrows(() => linear({ activation: "gelu" }), RangeError, "without an embedding");
  assertThrows(() => linear({ embedding: 4, activation: "relu" as "gelu" }), RangeError, 'given "relu"');
});

Deno.test("every backbone, refinement and head stands in its table under the kind that its maker writes", () => {
  const makers = Object.values(room).filter((value) => typeof value === "function" && "kind" in value);
  const kinds = makers.map((make) => (make as unknown as { kind: string }).kind).sort();
  assertEquals(kinds, [backbones, refinements, heads].flatMap((table) => Object.keys(table)).sort());
});
