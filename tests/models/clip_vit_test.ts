import { mul, type Scalar, sum, type Tensor, tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill } from "../../lib/engine/tree.ts";
import { type ClipVit, clipVitFeatures, initClipVit } from "../../lib/models/clip_vit.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const spec: ClipVit = {
  width: 4,
  layers: 1,
  heads: 2,
  hidden: 6,
  activation: "quickGelu",
  image: 4,
  patch: 2,
  projection: 3,
};
const streams = (name: string) => random(8, name);

function images(count: number): Tensor4D {
  return tensor(random(9, "images").normals(count * 48), [count, 4, 4, 3]) as Tensor4D;
}

testTensors("initClipVit() has the names of transformers' vision model", () => {
  const { params } = initClipVit(spec, null);
  const shapes = Object.fromEntries(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  const dense = (name: string, [outputs, inputs]: number[]) => [
    [`encoder.layers.0.${name}.weight`, [outputs, inputs]],
    [`encoder.layers.0.${name}.bias`, [outputs]],
  ];
  const norm = (name: string) => [[`${name}.weight`, [4]], [`${name}.bias`, [4]]];
  assertEquals(
    shapes,
    Object.fromEntries([
      ["embeddings.class_embedding", [4]],
      ["embeddings.patch_embedding.weight", [2, 2, 3, 4]],
      ["embeddings.position_embedding.weight", [5, 4]],
      ...norm("pre_layrnorm"),
      ...["k_proj", "v_proj", "q_proj", "out_proj"].flatMap((name) => dense(`self_attn.${name}`, [4, 4])),
      ...norm("encoder.layers.0.layer_norm1"),
      ...dense("mlp.fc1", [6, 4]),
      ...dense("mlp.fc2", [4, 6]),
      ...norm("encoder.layers.0.layer_norm2"),
      ...norm("post_layernorm"),
      ["visual_projection.weight", [3, 4]],
    ]),
  );
  disposeTree(params);
});

testTensors("clipVitFeatures() without living layers is the projection of the class token at its place", () => {
  const template = initClipVit(spec, null).params;
  const own = {
    "embeddings.class_embedding": tensor([3, 1, 0, 0]),
    "embeddings.position_embedding.weight": tensor([0, 0, 1, 3, ...new Array(16).fill(7)], [5, 4]),
    "visual_projection.weight": tensor([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 2], [3, 4]),
  };
  const params = fill(template, new Map([...entries(template), ...Object.entries(own)]));
  const x = images(1);
  // class and place add to 3, 1, 1, 3, which is 1, −1, −1, 1 when normed
  assertClose(take(clipVitFeatures(spec, { params, buffers: {} }, { images: x }).pooled), [1, -2, 2], 1e-4);
  disposeTree([template, own, x]);
});

testTensors("clipVitFeatures() sees patches as a set, once places go with them", () => {
  const network = initClipVit(spec, streams);
  const leaves = new Map(entries(network.params));
  const x = images(2);
  const plain = take(clipVitFeatures(spec, network, { images: x }).pooled);
  // left and right patches change sides: pixels 2, 3 before 0, 1, and places 2, 1, 4, 3
  const pixels = x.dataSync();
  const from = (i: number) => {
    const column = Math.floor(i / 3) % 4;
    return i + 3 * (column < 2 ? 2 : -2);
  };
  const turned = tensor(Float32Array.from(pixels, (_, i) => pixels[from(i)]), [2, 4, 4, 3]) as Tensor4D;
  const seen = clipVitFeatures(spec, network, { images: turned }).pooled;
  assert(plain.some((value, i) => Math.abs(value - seen.dataSync()[i]) > 1e-3), "places matter");
  const places = leaves.get("embeddings.position_embedding.weight")!.dataSync();
  const moved = tensor([0, 2, 1, 4, 3].flatMap((i) => [...places.slice(4 * i, 4 * i + 4)]), [5, 4]);
  const params = fill(network.params, new Map([...leaves, ["embeddings.position_embedding.weight", moved]]));
  assertClose(take(clipVitFeatures(spec, { params, buffers: {} }, { images: turned }).pooled), plain, 1e-5);
  disposeTree([network.params, x, turned, seen, moved]);
});

testTensors("clipVitFeatures() has the gradient of finite differences, and no trace of neighbours", () => {
  const network = initClipVit(spec, streams);
  const leaves = new Map(entries(network.params));
  const both = images(2);
  const one = tensor(both.dataSync().slice(0, 48), [1, 4, 4, 3]) as Tensor4D;
  const alone = take(clipVitFeatures(spec, network, { images: one }).pooled);
  assertClose(take(clipVitFeatures(spec, network, { images: both }).pooled).slice(0, 3), alone, 1e-5);
  const direction = tensor([1, -2, 0.5]);
  for (const name of ["embeddings.patch_embedding.weight", "embeddings.class_embedding", "visual_projection.weight"]) {
    const { shape } = leaves.get(name)!;
    const at = (weight: Tensor) => {
      const params = fill(network.params, new Map([...leaves, [name, weight]]));
      return clipVitFeatures(spec, { params, buffers: {} }, { images: both }).pooled;
    };
    assertGradient((weight) => sum<Scalar>(mul(at(weight), direction)), {
      values: [...leaves.get(name)!.dataSync()],
      shape,
      step: 4e-3,
      tolerance: 5e-3,
    });
  }
  disposeTree([network.params, both, one, direction]);
});
