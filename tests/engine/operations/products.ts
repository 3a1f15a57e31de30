/** Matrix products and layers made of them. */
import * as ops from "../../../lib/engine/ops.ts";
import { cases, channels, type Operation, pick } from "./operation.ts";

type T = ops.Tensor;

const forms = [[false, false], [false, true], [true, false], [true, true]] as const;

/** A product of m×k and k×n in a batch of `left` and `right`, which broadcast. */
function product(
  [m, n, k]: readonly number[],
  [ta, tb]: readonly [boolean, boolean],
  [left, right]: readonly (readonly number[])[] = [[], []],
): Operation {
  const shapes = [[...left, ...(ta ? [k, m] : [m, k])], [...right, ...(tb ? [n, k] : [k, n])]];
  const turns = `${ta ? ", a transposed" : ""}${tb ? ", b transposed" : ""}`;
  return {
    of: "matMul",
    name: `matMul ${shapes[0]} · ${shapes[1]}${turns}`,
    shapes,
    apply: (a, b) => ops.matMul(a as ops.Tensor2D, b as ops.Tensor2D, ta, tb),
    linear: true,
  };
}

function layer(x: number[], o: number, activation: ops.Activation | null, hasBias: boolean): Operation {
  // sums of about 1, where an activation bends
  const scale = 1 / Math.sqrt(x[x.length - 1]);
  const apply = (kind: typeof activation) => (x: T, w: T, b?: T): T =>
    ops.linear(ops.mul(x, scale), w, b ?? null, kind);
  return {
    of: "linear",
    name: `linear of ${x} to ${o}${hasBias ? "" : " without bias"}, ${activation ?? "no activation"}`,
    shapes: [x, [o, x[x.length - 1]], ...(hasBias ? [[o]] : [])],
    apply: apply(activation),
    beforeRelu: activation === "relu" ? apply(null) : undefined,
    linear: activation === null,
  };
}

/** The product that attention is made of, which here has no axes but its own and those before. */
function attending(n: number[], [ta, tb]: readonly [boolean, boolean]): Operation {
  const [a, b] = [ta ? [5, 7] : [7, 5], tb ? [6, 5] : [5, 6]];
  return {
    of: "product",
    name: `product of ${n} times ${a} · ${b}`,
    shapes: [[...n, ...a], [...n, ...b]],
    apply: (a, b) => ops.product(a, b, ta, tb),
    linear: true,
  };
}

/** The branch of a block, by itself or onto another. */
function branch(x: number[], hidden: number, activation: ops.MlpOptions["activation"], onto: boolean): Operation {
  const c = x[x.length - 1];
  return {
    of: "mlp",
    name: `mlp of ${x} over ${hidden}, ${activation}${onto ? ", onto another" : ""}`,
    shapes: [x, [c], [c], [hidden, c], [hidden], [c, hidden], [c], ...(onto ? [x, [c]] : [])],
    apply: (x, weight, bias, weight1, bias1, weight2, bias2, other, scale) => {
      // sums of about 1, where a GELU bends
      const fc1 = { weight: ops.mul(weight1, 1 / Math.sqrt(c)), bias: bias1 };
      const fc2 = { weight: ops.mul(weight2, 1 / Math.sqrt(hidden)), bias: bias2 };
      const options = { epsilon: 1e-6, activation, onto: onto ? { x: other, scale } : null };
      return ops.mlp(x, { norm: { weight, bias }, fc1, fc2 }, options);
    },
  };
}

/** All of them. */
export function products(): Operation[] {
  const sizes = [[37, 19, 23], [1, 1, 1], [4, 8, 8], [70, 30, 300], [5, 130, 600], [130, 7, 5], [1, 64, 17], [
    64,
    1,
    9,
  ]];
  const fixed = [...sizes, [0, 4, 3]].flatMap((size) => forms.map((form) => product(size, form)));
  const random = cases(
    "matMul",
    40,
    (draw) => product([0, 0, 0].map(() => 1 + draw.integer(pick(draw, [5, 20, 60]))), pick(draw, forms)),
  );
  const batches = cases("matMul of a batch", 16, (draw) => {
    const n = 1 + draw.integer(4);
    const batch = pick(draw, [[[n], [n]], [[1], [n]], [[n], [1]], [[n], []], [[], [n]], [[2, n], [
      2,
      n,
    ]]]);
    return product([0, 0, 0].map(() => 1 + draw.integer(12)), pick(draw, forms), batch);
  });
  const dots = ([[[5], [5]], [[5], [5, 3]], [[4, 5], [5]], [[4, 5], [5, 3]]] as const).map((shapes): Operation => ({
    of: "dot",
    name: `dot of ${shapes[0]} and ${shapes[1]}`,
    shapes,
    apply: ops.dot,
    linear: true,
  }));
  const activations = [null, "gelu", "geluTanh", "geluSigmoid", "relu"] as const;
  const layers = activations.flatMap((activation) => [
    layer([2, 5, 7], 9, activation, true),
    layer([33, 48], 40, activation, false),
    layer([1, 1], 1, activation, true),
    layer([0, 3], 5, activation, true),
    layer([700, 16], 64, activation, true),
    ...cases(`linear ${activation}`, 8, (draw) => {
      const rows = pick(draw, [[], [1], [2, 3], [2, 3, 4], [37]]);
      return layer(
        [...(rows.length === 0 ? [1] : rows), channels(draw)],
        channels(draw),
        activation,
        draw.integer(3) > 0,
      );
    }),
  ]);
  const attention = forms.flatMap((form) => [[], [3], [2, 3]].map((n) => attending(n, form)));
  const branches = (["gelu", "geluTanh", "geluSigmoid"] as const).flatMap((activation) =>
    [true, false].map((onto) => branch([2, 5, 8], 12, activation, onto))
  );
  return [...fixed, ...random, ...batches, ...dots, ...layers, ...attention, ...branches];
}
