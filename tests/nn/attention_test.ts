import { mul, type Scalar, slice, sum, type Tensor, tensor, type Tensor3D } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { applyAttention, attend, type AttentionOptions, firstTokens, initAttention } from "../../lib/nn/attention.ts";
import { truncatedNormal } from "../../lib/nn/initial.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

function tokens(seed: string, shape: [number, number, number]): Tensor3D {
  return tensor(random(4, seed).normals(shape[0] * shape[1] * shape[2]), shape) as Tensor3D;
}

function weights(width: number): ReturnType<typeof initAttention> {
  return initAttention(width, (name) => truncatedNormal(random(5, name), { deviation: 0.7 }));
}

testTensors("attend() weighs values by the softmax of products, each head from its own columns", () => {
  const query = tensor([1, 0], [1, 1, 2]) as Tensor3D;
  const key = tensor([0, 5, Math.log(3), -5], [1, 2, 2]) as Tensor3D;
  const value = tensor([10, 1, 20, 3], [1, 2, 2]) as Tensor3D;
  // shares of the first head: 1 to 3; the second asks for nothing, so that all are alike to it
  assertClose(take(attend({ query, key, value }, { heads: 2 })), [17.5, 2], 1e-5);
  // one head of two columns: its products are ln 3 / √2 apart
  const share = 1 / (1 + Math.exp(-Math.log(3) / Math.SQRT2));
  assertClose(take(attend({ query, key, value }, { heads: 1 })), [10 + 10 * share, 1 + 2 * share], 1e-5);
  disposeTree({ query, key, value });
});

testTensors("attend() with a causal mask lets the first token see itself alone", () => {
  const [query, key, value] = ["q", "k", "v"].map((name) => tokens(name, [2, 5, 6]));
  const seen = take(attend({ query, key, value }, { heads: 3, causal: true }));
  const first = [0, 1].flatMap((i) => [...value.dataSync().slice(i * 30, i * 30 + 6)]);
  assertClose([...seen.slice(0, 6), ...seen.slice(30, 36)], first, 1e-5);
  disposeTree({ query, key, value });
});

testTensors("applyAttention() does not see the order of tokens, and with a causal mask nothing behind", () => {
  const params = weights(6);
  const x = tokens("x", [1, 4, 6]);
  const rows = Array.from({ length: 4 }, (_, i) => [...x.dataSync().slice(6 * i, 6 * i + 6)]);
  const at = (order: readonly number[], options: Partial<AttentionOptions> = {}): number[] => {
    const turned = tensor(order.flatMap((i) => rows[i]), [1, 4, 6]) as Tensor3D;
    const seen = take(applyAttention(params, turned, { heads: 2, ...options }));
    turned.dispose();
    return seen;
  };
  const plain = at([0, 1, 2, 3]);
  const moved = [2, 0, 3, 1].flatMap((i) => plain.slice(6 * i, 6 * i + 6));
  assertClose(at([2, 0, 3, 1]), moved, 1e-5);
  assertClose(at([0, 1, 3, 2], { causal: true }).slice(0, 12), at([0, 1, 2, 3], { causal: true }).slice(0, 12), 1e-6);
  disposeTree({ params, x });
});

testTensors("applyAttention() of some queries is the beginning of that of all", () => {
  const params = weights(6);
  const x = tokens("x", [2, 4, 6]);
  for (const causal of [false, true]) {
    const all = applyAttention(params, x, { heads: 3, causal });
    const begun = applyAttention(params, x, { heads: 3, causal, queries: 2 });
    assertEquals(begun.shape, [2, 2, 6]);
    assertClose(take(begun), take(firstTokens(all, 2)), 1e-5);
    all.dispose();
  }
  disposeTree({ params, x });
});

testTensors("applyAttention() has the gradient of finite differences by tokens and by weights", () => {
  const params = weights(4);
  const x = tokens("x", [1, 3, 4]);
  const direction = tokens("direction", [1, 3, 4]);
  for (const options of [{ heads: 2 }, { heads: 1, causal: true }, { heads: 4, queries: 2 }]) {
    const along = (seen: Tensor3D) => sum<Scalar>(mul(seen, slice(direction, [0, 0, 0], seen.shape)));
    assertGradient((y) => along(applyAttention(params, y as Tensor3D, options)), {
      values: [...x.dataSync()],
      shape: [1, 3, 4],
    });
    for (const name of ["q_proj", "v_proj"] as const) {
      const at = (weight: Tensor) => ({ ...params, [name]: { ...params[name], weight } });
      assertGradient((weight) => along(applyAttention(at(weight), x, options)), {
        values: [...params[name].weight.dataSync()],
        shape: [4, 4],
      });
    }
  }
  disposeTree({ params, x, direction });
});

testTensors("initAttention() names its weights as transformers does", () => {
  const params = weights(4);
  const shapes = Object.fromEntries(entries(params).map(([path, leaf]) => [path, leaf.shape]));
  const names = ["k_proj", "v_proj", "q_proj", "out_proj"];
  assertEquals(
    shapes,
    Object.fromEntries(names.flatMap((name) => [[`${name}.weight`, [4, 4]], [`${name}.bias`, [4]]])),
  );
  disposeTree(params);
});
