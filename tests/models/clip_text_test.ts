import { clone, mul, type Scalar, sum, type Tensor, tensor, type Tensor2D } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, mapTree } from "../../lib/engine/tree.ts";
import {
  type ClipText,
  clipTextFeatures,
  clipTextHidden,
  clipTexts,
  initClipText,
} from "../../lib/models/clip_text.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const spec: ClipText = {
  width: 4,
  layers: 2,
  heads: 2,
  hidden: 6,
  activation: "quickGelu",
  vocabulary: 9,
  context: 6,
  projection: 3,
  end: 7,
};
const streams = (name: string) => random(12, name);

function ids(rows: number[][]): Tensor2D {
  return tensor(rows, undefined, "int32") as Tensor2D;
}

testTensors("initClipText() has the names of transformers' text model", () => {
  const { params } = initClipText({ ...spec, layers: 1 }, null);
  const shapes = Object.fromEntries(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  assertEquals(
    Object.entries(shapes).filter(([path]) => !path.startsWith("encoder.layers.0.")),
    Object.entries({
      "embeddings.token_embedding.weight": [9, 4],
      "embeddings.position_embedding.weight": [6, 4],
      "final_layer_norm.weight": [4],
      "final_layer_norm.bias": [4],
      "text_projection.weight": [3, 4],
    }),
  );
  assertEquals(Object.keys(shapes).length, 5 + 16);
  disposeTree(params);
});

testTensors("clipTextFeatures() reads a text at its first end token, wherever that stands", () => {
  const network = initClipText(spec, streams);
  const rows = [[1, 7, 3, 7, 0, 0], [1, 2, 3, 4, 5, 7], [7, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6]];
  const tokens = ids(rows);
  const hidden = clipTextHidden(spec, network, tokens);
  const states = hidden.dataSync(), projection = network.params.text_projection.weight.dataSync();
  const read = (row: number, place: number): number[] =>
    [0, 1, 2].map((f) =>
      [0, 1, 2, 3].reduce((dot, d) => dot + projection[4 * f + d] * states[(row * 6 + place) * 4 + d], 0)
    );
  const at = (end: number) => take(clipTextFeatures({ ...spec, end }, network, tokens));
  // the last text has none, and is read at its first token
  assertClose(at(7), [read(0, 1), read(1, 5), read(2, 0), read(3, 0)].flat(), 1e-5);
  // at 2 it is the largest token, of equal ones the first
  assertClose(at(2), [read(0, 1), read(1, 5), read(2, 0), read(3, 5)].flat(), 1e-5);
  disposeTree([network.params, tokens, hidden]);
});

testTensors("clipTextHidden() without living layers is the norm of token and place", () => {
  const one = { ...spec, layers: 1 };
  const template = initClipText(one, null).params;
  const own = {
    "embeddings.token_embedding.weight": tensor([...new Array(32).fill(0), 1, 2, 3, 4], [9, 4]),
    "embeddings.position_embedding.weight": tensor([...new Array(20).fill(0), 0, 1, -2, -3], [6, 4]),
  };
  const params = fill(template, new Map([...entries(template), ...Object.entries(own)]));
  const tokens = ids([[8, 0, 0, 0, 0, 8]]);
  const hidden = take(clipTextHidden(one, { params, buffers: {} }, tokens));
  assertClose(hidden.slice(0, 4), [-1.5, -0.5, 0.5, 1.5].map((value) => value / Math.sqrt(1.25)), 1e-4);
  // 1, 3, 1, 1: mean 1.5, deviation √.75
  assertClose(hidden.slice(20), [-0.5, 1.5, -0.5, -0.5].map((value) => value / Math.sqrt(0.75)), 1e-4);
  disposeTree([template, own, tokens]);
});

testTensors("clipTextHidden() of a token does not depend on those behind it, nor on how many there are", () => {
  const network = initClipText(spec, streams);
  const [long, other, short] = [ids([[1, 2, 3, 4, 5, 6]]), ids([[1, 2, 3, 8, 8, 0]]), ids([[1, 2, 3]])];
  const seen = [long, other, short].map((tokens) => take(clipTextHidden(spec, network, tokens)).slice(0, 12));
  assertClose(seen[1], seen[0], 1e-6);
  assertClose(seen[2], seen[0], 1e-5);
  disposeTree([network.params, long, other, short]);
});

testTensors("clipTextFeatures() has the gradient of finite differences, to the tokens' own vectors", () => {
  const fresh = initClipText(spec, streams).params;
  // vectors of .02 would turn too far within a step
  const params = mapTree(fresh, (leaf, path) => path.startsWith("embeddings") ? mul(leaf, 30) : clone(leaf));
  const leaves = new Map(entries(params));
  const tokens = ids([[1, 3, 3, 7, 0, 0], [2, 7, 3, 4, 0, 0]]);
  const direction = tensor([1, -2, 0.5]);
  for (const name of ["embeddings.token_embedding.weight", "encoder.layers.0.self_attn.k_proj.weight"]) {
    const { shape } = leaves.get(name)!;
    const at = (weight: Tensor) =>
      clipTextFeatures(spec, { params: fill(params, new Map([...leaves, [name, weight]])), buffers: {} }, tokens);
    assertGradient((weight) => sum<Scalar>(mul(at(weight), direction)), {
      values: [...leaves.get(name)!.dataSync()],
      shape,
    });
  }
  disposeTree([fresh, params, tokens, direction]);
});

testTensors("clipTextHidden() refuses what is no batch of tokens", () => {
  const network = initClipText(spec, null);
  const wrong = [ids([[1, 2, 3, 4, 5, 6, 7]]), tensor([[1, 2]]) as Tensor2D];
  assertThrows(
    () => clipTextHidden(spec, network, wrong[0]),
    TypeError,
    "Cannot read tokens int32 [1, 7]: expected int32 [B, T] with T at most 6",
  );
  assertThrows(() => clipTextHidden(spec, network, wrong[1]), TypeError, "Cannot read tokens float32 [1, 2]");
  disposeTree([network.params, wrong]);
});

Deno.test("text towers share a space with their image towers", () => {
  const widths = Object.entries(clipTexts).map(([name, { projection }]) => [name, projection]);
  const vits = [["ViT-B/32", 512], ["ViT-B/16", 512], ["ViT-L/14", 768], ["ViT-L/14@336", 768]];
  assertEquals(widths, [...vits, ["RN50", 1024], ["pocket", 64]]);
});
