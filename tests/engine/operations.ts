/**
 * Operations with gradients that the kernel tests go through, on seeded inputs. As a program it writes their values
 * and gradients on the backend it is given, as float32, so that another process can compare its own.
 */
import { type BackendName, closeBackend, useBackend } from "../../lib/engine/backend.ts";
import * as ops from "../../lib/engine/ops.ts";
import { type Random, random } from "../../lib/random.ts";

/** One operation on inputs of given shapes. */
export interface Operation {
  readonly name: string;
  readonly shapes: readonly number[][];
  readonly apply: (...inputs: ops.Tensor[]) => ops.Tensor;
  /** Has kinks: its inputs keep away from each other and from 0. */
  readonly kinks?: boolean;
  /** What its ReLU sees: where that is near 0, no gradient comes back to it. */
  readonly beforeRelu?: (...inputs: ops.Tensor[]) => ops.Tensor;
}

type T = ops.Tensor;
type T4 = ops.Tensor4D;

function elementwise(): Operation[] {
  const unary = (name: string, apply: (x: T) => T, kinks = false): Operation[] =>
    [[3, 7], [2, 5, 6, 3]].map((shape) => ({ name: `${name} of ${shape}`, shapes: [shape], apply, kinks }));
  return [
    ...unary("relu", ops.relu, true),
    ...unary("leakyRelu", (x) => ops.leakyRelu(x, 0.2), true),
    ...unary("abs", ops.abs, true),
    ...unary("tanh", ops.tanh),
    ...unary("sigmoid", ops.sigmoid),
    ...unary("softplus", ops.softplus),
    ...(["erf", "tanh", "sigmoid"] as const).flatMap((form) => unary(`gelu by ${form}`, (x) => ops.gelu(x, form))),
    ...unary("masking", (x) => ops.mul(x, ops.cast(ops.greater(x, 0), "float32")), true),
    ...unary("choosing", (x) => ops.where(ops.less(x, ops.constant(x.shape, 0.1)), x, ops.mul(x, 0.1)), true),
    ...unary("maximum with a number", (x) => ops.maximum(x, 0.1), true),
    { name: "maximum", shapes: [[4, 5], [4, 5]], apply: ops.maximum, kinks: true },
    { name: "minimum", shapes: [[4, 5], [4, 5]], apply: ops.minimum, kinks: true },
    { name: "addition of a row", shapes: [[2, 3, 4, 6], [6]], apply: ops.add },
    { name: "division by a column", shapes: [[5, 6], [5, 1]], apply: (x, y) => ops.div(x, ops.add(ops.square(y), 1)) },
  ];
}

function products(draw: Random): Operation[] {
  const forms = [[false, false], [false, true], [true, false], [true, true]];
  const sizes = [[37, 19, 23], [1, 1, 1], [4, 8, 8], [70, 30, 300], [5, 130, 600], [130, 7, 5]];
  const random = Array.from({ length: 4 }, () => [0, 0, 0].map(() => 1 + draw.integer(60)));
  const single = [...sizes, ...random].flatMap(([m, n, k]) =>
    forms.map(([ta, tb]): Operation => ({
      name: `matMul ${m}×${k}·${k}×${n}${ta ? ", a transposed" : ""}${tb ? ", b transposed" : ""}`,
      shapes: [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]],
      apply: (a, b) => ops.matMul(a as ops.Tensor2D, b as ops.Tensor2D, ta, tb),
    }))
  );
  const batch = forms.map(([ta, tb]): Operation => ({
    name: `matMul of a batch${ta ? ", a transposed" : ""}${tb ? ", b transposed" : ""}`,
    shapes: [ta ? [3, 6, 9] : [3, 9, 6], tb ? [3, 10, 6] : [3, 6, 10]],
    apply: (a, b) => ops.matMul(a as ops.Tensor3D, b as ops.Tensor3D, ta, tb),
  }));
  const dense = ([null, "gelu", "geluTanh", "geluSigmoid", "relu"] as const).flatMap((activation) => [
    {
      name: `linear with ${activation ?? "no activation"}`,
      shapes: [[2, 5, 7], [9, 7], [9]],
      apply: (x: T, w: T, b: T) => ops.linear(x, w, b, activation),
      beforeRelu: activation === "relu" ? (x: T, w: T, b: T) => ops.linear(x, w, b) : undefined,
    },
    {
      name: `linear without bias, with ${activation ?? "no activation"}`,
      shapes: [[33, 48], [40, 48]],
      apply: (x: T, w: T) => ops.linear(x, w, null, activation),
      beforeRelu: activation === "relu" ? (x: T, w: T) => ops.linear(x, w, null) : undefined,
    },
  ]);
  return [...single, ...batch, ...dense];
}

function convolutions(draw: Random): Operation[] {
  const made: Operation[] = [];
  for (let i = 0; i < 24; i++) {
    const k = 1 + draw.integer(4);
    const [n, c, o] = [1 + draw.integer(3), 1 + draw.integer(6), 1 + draw.integer(9)];
    const [h, w] = [k + draw.integer(9), k + draw.integer(9)];
    const stride = 1 + draw.integer(3);
    const pad = ([0, 1, "same", "valid"] as const)[draw.integer(4)];
    if (pad === 1 && k === 1) continue;
    made.push({
      name: `convolve ${[n, h, w, c]} by ${k}×${k} to ${o}, stride ${stride}, pad ${pad}`,
      shapes: [[n, h, w, c], [k, k, c, o], [o]],
      apply: (x, filter, bias) => ops.convolve(x, filter, bias, { stride, pad }),
    });
    made.push({
      name: `convolveTranspose ${[n, h, w, c]} by ${k}×${k} to ${o}, stride ${stride}`,
      shapes: [[n, h, w, c], [k, k, o, c], [o]],
      apply: (x, filter, bias) => ops.convolveTranspose(x, filter, bias, { stride, pad: k >= stride ? "same" : 0 }),
    });
  }
  for (const k of [1, 2, 3, 4, 5, 7, 9]) {
    for (const c of [1, 4, 6]) {
      const [h, w] = [2 + draw.integer(12), 2 + draw.integer(12)];
      made.push({
        name: `depthwise ${[2, h, w, c]} by ${k}×${k}`,
        shapes: [[2, h, w, c], [k, k, 1, c], [c]],
        apply: (x, filter, bias) => ops.depthwise(x, filter, bias),
      });
    }
  }
  for (const stride of [1, 2, 3]) {
    for (const pad of [0, 1, "same", "valid"] as const) {
      made.push({
        name: `depthwise 3×3, stride ${stride}, pad ${pad}`,
        shapes: [[2, 7, 6, 5], [3, 3, 1, 5], [5]],
        apply: (x, filter, bias) => ops.depthwise(x, filter, bias, { stride, pad }),
      });
    }
  }
  const others: Operation[] = [
    ...[1, 3].map((k): Operation => ({
      name: `convolve by ${k}×${k} with relu`,
      shapes: [[2, 6, 7, 4], [k, k, 4, 9], [9]],
      apply: (x, filter, bias) => ops.convolve(x, filter, bias, { pad: "same", activation: "relu" }),
      beforeRelu: (x, filter, bias) => ops.convolve(x, filter, bias, { pad: "same" }),
    })),
    {
      name: "convolve without bias, with relu",
      shapes: [[2, 6, 7, 4], [3, 3, 4, 9]],
      apply: (x, filter) => ops.convolve(x, filter, null, { pad: 1, activation: "relu" }),
      beforeRelu: (x, filter) => ops.convolve(x, filter, null, { pad: 1 }),
    },
    {
      name: "conv2d of unequal strides and explicit padding",
      shapes: [[2, 9, 8, 3], [3, 2, 3, 5]],
      apply: (x, f) => ops.conv2d(x as T4, f as T4, [2, 1], [[0, 0], [1, 0], [0, 1], [0, 0]]),
    },
    {
      name: "conv2dTranspose with padding",
      shapes: [[2, 4, 5, 3], [4, 4, 5, 3]],
      apply: (x, f) => ops.conv2dTranspose(x as T4, f as T4, [2, 8, 10, 5], 2, 1),
    },
    {
      name: "depthwiseConv2d of stride 2",
      shapes: [[2, 9, 8, 3], [3, 3, 3, 1]],
      apply: (x, f) => ops.depthwiseConv2d(x as T4, f as T4, 2, "same"),
    },
    {
      name: "depthwiseConv2d of two filters a channel",
      shapes: [[2, 6, 7, 3], [3, 2, 3, 2]],
      apply: (x, f) => ops.depthwiseConv2d(x as T4, f as T4, 1, "valid"),
    },
  ];
  return [...made, ...others];
}

function images(): Operation[] {
  const pools = ([[2, 2, 0], [3, 2, 1], [2, 2, "same"], [3, 1, "same"], [3, 3, "valid"]] as const).flatMap(
    ([size, stride, pad]): Operation[] => [
      {
        name: `avgPool of ${size} by ${stride}, pad ${pad}`,
        shapes: [[2, 7, 9, 5]],
        apply: (x) => ops.avgPool(x as T4, size, stride, pad),
      },
      {
        name: `maxPool of ${size} by ${stride}, pad ${pad}`,
        shapes: [[2, 7, 9, 5]],
        apply: (x) => ops.maxPool(x as T4, size, stride, pad),
        kinks: true,
      },
    ],
  );
  return [
    ...pools,
    ...[1, 2, 3].map((factor): Operation => ({
      name: `upsampleNearest by ${factor}`,
      shapes: [[2, 3, 4, 5]],
      apply: (x) => ops.upsampleNearest(x, factor),
    })),
    ...(["reflect", "symmetric"] as const).map((mode): Operation => ({
      name: `mirrorPad, ${mode}`,
      shapes: [[2, 4, 5, 3]],
      apply: (x) => ops.mirrorPad(x, [[0, 0], [1, 2], [3, 0], [0, 0]], mode),
    })),
  ];
}

function arrangements(): Operation[] {
  return [
    { name: "layerNorm of 7", shapes: [[2, 5, 7], [7], [7]], apply: (x, w, b) => ops.layerNorm(x, w, b, 1e-6) },
    { name: "layerNorm of 48", shapes: [[300, 48], [48], [48]], apply: (x, w, b) => ops.layerNorm(x, w, b, 1e-6) },
    ...norms(),
    { name: "addScaled of 5", shapes: [[3, 4, 5], [3, 4, 5], [5]], apply: ops.addScaled },
    { name: "addScaled of 48", shapes: [[300, 48], [300, 48], [48]], apply: ops.addScaled },
    { name: "softmax", shapes: [[5, 4]], apply: (x) => ops.softmax(x) },
    { name: "softmax of attention", shapes: [[2, 3, 9, 50]], apply: (x) => ops.softmax(x) },
    { name: "logSoftmax of 50", shapes: [[20, 50]], apply: (x) => ops.logSoftmax(x) },
    { name: "sum over rows", shapes: [[700, 6]], apply: (x) => ops.sum(x, 0) },
    { name: "sum over leading axes", shapes: [[3, 4, 5, 6]], apply: (x) => ops.sum(x, [0, 1, 2], true) },
    { name: "sum over middle axes", shapes: [[3, 4, 5, 6]], apply: (x) => ops.sum(x, [1, 2]) },
    { name: "sum over distant axes", shapes: [[3, 4, 5]], apply: (x) => ops.sum(x, [0, 2]) },
    { name: "mean over height and width", shapes: [[3, 4, 5, 6]], apply: (x) => ops.mean(x, [1, 2]) },
    { name: "mean over the last axis", shapes: [[3, 4]], apply: (x) => ops.mean(x, -1, true) },
    { name: "gather with repeats", shapes: [[5, 6]], apply: (x) => ops.gather(x, [4, 0, 4, 1, 4]) },
    { name: "gather of columns", shapes: [[5, 6]], apply: (x) => ops.gather(x, [4, 0, 4], 1) },
    { name: "slice", shapes: [[4, 5, 6, 3]], apply: (x) => ops.slice(x, [1, 0, 2, 1], [2, 4, 3, 2]) },
    {
      name: "slice of five axes",
      shapes: [[2, 3, 4, 5, 2]],
      apply: (x) => ops.slice(x, [1, 1, 1, 1, 1], [1, 2, 3, 4, 1]),
    },
    { name: "slice to the end", shapes: [[4, 5]], apply: (x) => ops.slice(x, [1, 2], [-1, -1]) },
    { name: "pad", shapes: [[2, 3, 4, 2]], apply: (x) => ops.pad(x, [[0, 0], [1, 2], [3, 0], [0, 1]], 0.5) },
    { name: "concat of columns", shapes: [[2, 3], [2, 5], [2, 1]], apply: (...x) => ops.concat(x, -1) },
    { name: "concat of images", shapes: [[1, 2, 2, 3], [2, 2, 2, 3]], apply: (...x) => ops.concat(x, 0) },
    {
      name: "split",
      shapes: [[2, 7, 3]],
      apply: (x) => ops.mul(...(ops.split(x, [3, 1, 3], 1).filter((p) => p.shape[1] === 3) as [T, T])),
    },
    { name: "stack", shapes: [[2, 3], [2, 3]], apply: (...x) => ops.stack(x, 1) },
    { name: "unstack", shapes: [[2, 3, 4]], apply: (x) => ops.unstack(x, 1)[2] },
    { name: "transpose", shapes: [[2, 3, 4, 5]], apply: (x) => ops.transpose(x, [0, 3, 1, 2]) },
    { name: "logSoftmax", shapes: [[5, 4]], apply: (x) => ops.logSoftmax(x) },
  ];
}

function norms(): Operation[] {
  return [[40, 7], [2, 5, 6, 32]].flatMap((shape) => {
    const c = shape[shape.length - 1];
    const row = [c];
    return ([null, "relu"] as const).flatMap((activation): Operation[] => {
      const sees = (sums: Operation["apply"]) => activation === null ? undefined : sums;
      const alone = (kind: typeof activation) => (x: T, w: T, b: T): T =>
        ops.batchNorm(x, w, b, { epsilon: 1e-5, activation: kind }).y;
      const joined = (kind: typeof activation) => (x: T, w: T, b: T, residual: T): T =>
        ops.batchNorm(x, w, b, { epsilon: 1e-5, activation: kind, residual }).y;
      const frozen = (kind: typeof activation) => (x: T, weight: T, bias: T, mean: T, deviation: T): T =>
        ops.frozenBatchNorm(x, { weight, bias, mean, variance: ops.square(deviation) }, {
          epsilon: 0.1,
          activation: kind,
        });
      const name = `of ${shape}, ${activation ?? "no activation"}`;
      return [
        {
          name: `batchNorm ${name}`,
          shapes: [shape, row, row],
          apply: alone(activation),
          beforeRelu: sees(alone(null)),
        },
        {
          name: `batchNorm with a residual ${name}`,
          shapes: [shape, row, row, shape],
          apply: joined(activation),
          beforeRelu: sees(joined(null)),
        },
        {
          name: `frozenBatchNorm ${name}`,
          shapes: [shape, row, row, row, row],
          apply: frozen(activation),
          beforeRelu: sees(frozen(null)),
        },
      ];
    });
  });
}

/** All operations, the same in every process. */
export function operations(): Operation[] {
  const draw = random(7, "operations");
  return [...elementwise(), ...products(draw), ...convolutions(draw), ...images(), ...arrangements()];
}

/** Inputs of an operation: standard normal, or 0.05 apart from each other and from 0 where it has kinks. */
export function inputsOf({ name, shapes, kinks }: Operation): ops.Tensor[] {
  const draw = random(11, name);
  return shapes.map((shape, input) => {
    const size = shape.reduce((product, n) => product * n, 1);
    if (kinks !== true) return ops.tensor(draw.normals(size), shape);
    const values = Array.from(
      draw.permutation(size),
      (rank) => (rank - Math.floor(size / 2)) * 0.05 + 0.02 + 0.01 * input,
    );
    return ops.tensor(values, shape);
  });
}

/** An operation's value, and its gradients under a seeded dy. */
export function evaluate(operation: Operation): { y: ops.Tensor; dy: ops.Tensor; gradients: ops.Tensor[] } {
  const inputs = inputsOf(operation);
  const shape = ops.tidy(() => operation.apply(...inputs).shape);
  const drawn = random(13, operation.name).normals(shape.reduce((size, n) => size * n, 1));
  const dy = ops.tidy(() => {
    const any = ops.tensor(drawn, shape);
    const { beforeRelu } = operation;
    return beforeRelu === undefined ? any : ops.mul(any, ops.greater(ops.abs(beforeRelu(...inputs)), 0.3));
  });
  const { value, gradients, aux } = ops.variableGradients((leaves) => {
    const y = operation.apply(...leaves);
    return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
  }, inputs);
  for (const tensor of [value, ...inputs]) tensor.dispose();
  return { y: aux.y, dy, gradients };
}

if (import.meta.main) {
  await useBackend(Deno.args[0] as BackendName);
  const out = Deno.stdout.writable.getWriter();
  for (const operation of operations()) {
    const { y, dy, gradients } = evaluate(operation);
    for (const tensor of [y, ...gradients]) {
      await out.write(new Uint8Array(Float32Array.from(tensor.dataSync()).buffer));
    }
    for (const tensor of [y, dy, ...gradients]) tensor.dispose();
  }
  closeBackend();
}
