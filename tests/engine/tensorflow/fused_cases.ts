/**
 * What has an operation of our own on TensorFlow, on seeded inputs big enough to be cut into pieces. As a program it
 * writes all values and gradients as float32, on as many threads and at the processor level it is given ("" for the
 * highest).
 */
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "../../../lib/engine/backend.ts";
import { runKernel } from "../../../lib/engine/differentiable.ts";
import * as ops from "../../../lib/engine/ops.ts";
import { logSoftmaxGradient, softmaxGradient } from "../../../lib/engine/softmax.ts";
import { random } from "../../../lib/random.ts";

type T = ops.Tensor;

/** A function of some inputs of given shapes. */
export interface Case {
  readonly name: string;
  readonly shapes: readonly number[][];
  /** Null where the results are the case, without gradients. */
  readonly gradient: boolean;
  readonly apply: (inputs: T[]) => T[];
}

/** All cases, the same in every process. */
export function cases(): Case[] {
  return [7, 40].flatMap((c): Case[] => {
    const images = [5, 29, 23, c], row = [c], rows = [3000, c];
    const one = (name: string, shapes: number[][], apply: (inputs: T[]) => T): Case => ({
      ...{ name: `${name} of ${c} channels`, shapes, gradient: true },
      apply: (inputs) => [apply(inputs)],
    });
    const norm = ([x, weight, bias, residual]: T[]): T =>
      ops.batchNorm(x, weight, bias, { epsilon: 1e-5, residual: residual ?? null }).y;
    return [
      one("layerNorm", [images, row, row], ([x, weight, bias]) => ops.layerNorm(x, weight, bias, 1e-6)),
      one("batchNorm", [images, row, row], norm),
      one("batchNorm with a residual", [images, row, row, images], norm),
      one("addScaled", [images, images, row], ([x, y, scale]) => ops.addScaled(x, y, scale)),
      ...(["erf", "tanh", "sigmoid"] as const).map((form): Case => ({
        ...{ name: `gelu by ${form} of ${c} channels`, gradient: false, shapes: [images, images] },
        apply: ([x, dy]) => [
          ...runKernel("HouseGelu", { x }, { form }),
          ...runKernel("HouseGeluGrad", { x, dy }, { form }),
        ],
      })),
      // products of one value: what comes of sums in TensorFlow's products depends on the threads
      ...([null, "gelu", "geluTanh", "geluSigmoid"] as const).map((activation): Case => ({
        ...{ name: `bias, ${activation} of ${c} channels`, gradient: false, shapes: [[3000, 1], [c, 1], row, rows] },
        apply: ([x, weight, bias, dy]) => {
          const made = runKernel("HouseLinear", { x, weight, bias }, { activation: activation ?? "none" });
          const kept = made.at(-1)!;
          const inputs: Record<string, T> = activation === null ? { dy } : { dy, kept };
          return [...made, ...runKernel("HouseActivationGrad", inputs, { activation: activation ?? "none" })];
        },
      })),
      ...[3, 5, 7, 9, 11].map((k) =>
        one(`depthwise ${k}×${k}`, [images, [k, k, 1, c], row], ([x, filter, bias]) => ops.depthwise(x, filter, bias))
      ),
      {
        ...{ name: `gradients of softmax of ${c} channels`, gradient: false, shapes: [rows, rows] },
        apply: ([x, dy]) => [softmaxGradient(ops.sigmoid(x), dy), logSoftmaxGradient(ops.neg(ops.square(x)), dy)],
      },
      {
        ...{ name: `adamUpdate of ${c} channels`, gradient: false, shapes: [rows, rows, rows, row, row, row] },
        apply: ([x, gradient, first, y, ofY, firstOfY]) => {
          const tensors = [[x, gradient, first, 0.1], [y, ofY, firstOfY, 0]] as const;
          const updates = ops.adamUpdate(
            tensors.map(([param, gradient, first, decay]) => ({
              ...{ param: ops.clone(param), gradient, first: ops.clone(first), second: ops.square(first), decay },
            })),
            { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 3 },
          );
          return updates.flatMap(({ param, first, second }) => [param, first, second]);
        },
      },
    ];
  });
}

/** A case's results and, where it has them, gradients under a seeded dy; the caller owns them. */
export function evaluateCase({ name, shapes, gradient, apply }: Case): T[] {
  const draw = random(17, name);
  const drawn = (shape: readonly number[]): T =>
    ops.tensor(draw.normals(shape.reduce((size, n) => size * n, 1)), [...shape]);
  const inputs = shapes.map(drawn);
  if (!gradient) {
    const made = ops.tidy(() => apply(inputs));
    tf.dispose(inputs);
    return made;
  }
  const dy = drawn(shapes[0]);
  const { value, gradients, aux } = ops.variableGradients((leaves) => {
    const [y] = apply(leaves);
    return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
  }, inputs);
  tf.dispose([value, dy, ...inputs]);
  return [aux.y, ...gradients];
}

if (import.meta.main) {
  const [threads, level] = Deno.args;
  if (level !== "") Deno.env.set("COUNTERPROOF_CPU_LEVEL", level);
  await useBackend("tensorflow", { threads: Number(threads) });
  const out = Deno.stdout.writable.getWriter();
  for (const each of cases()) {
    for (const tensor of evaluateCase(each)) {
      await out.write(new Uint8Array(Float32Array.from(tensor.dataSync()).buffer));
      tensor.dispose();
    }
  }
}
