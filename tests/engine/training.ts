/**
 * A small network with one of every layer that sums over rows, pixels or images, to train for tests. As a program it
 * prints a digest of the parameters after some steps on as many threads as it is given.
 */
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import * as ops from "../../lib/engine/ops.ts";
import { random } from "../../lib/random.ts";

/** Trains one step at a time. */
export interface Trainer {
  /** One step; the loss before it. */
  step(): number;
  /** SHA-256 of all parameters, in hexadecimal digits. */
  digest(): Promise<string>;
  dispose(): void;
}

const width = 24;
const shapes: number[][] = [
  [4, 4, 3, width],
  [width],
  [7, 7, 1, width],
  [width],
  [width],
  [width],
  [4 * width, width],
  [4 * width],
  [width, 4 * width],
  [width],
  [3, 3, width, width],
  [width],
  [4, 4, 16, width],
  [16],
  [3, 3, 16, 3],
  [3],
];

/** A network that learns to give its images back: every layer of the house on the way. */
export function trainer({ batch, size }: { batch: number; size: number }): Trainer {
  const draw = random(5, "training");
  const drawn = (shape: number[], scale: number): ops.Tensor =>
    ops.tensor(draw.normals(shape.reduce((n, d) => n * d, 1)).map((value) => value * scale), shape);
  const images = drawn([batch, size, size, 3], 0.5);
  let params = shapes.map((shape) => drawn(shape, 0.1));
  let first = shapes.map((shape) => ops.zeros(shape));
  let second = shapes.map((shape) => ops.zeros(shape));
  let count = 0;

  const forward = (p: ops.Tensor[]): ops.Tensor => {
    const stem = ops.convolve(images, p[0], p[1], { stride: 4 });
    const normal = ops.layerNorm(ops.depthwise(stem, p[2], p[3]), p[4], p[5], 1e-6);
    const block = ops.add(stem, ops.linear(ops.linear(normal, p[6], p[7], "gelu"), p[8], p[9]));
    const mixed = ops.leakyRelu(ops.convolve(block, p[10], p[11], { pad: "same" }), 0.2);
    const wide = ops.convolveTranspose(mixed, p[12], p[13], { stride: 2, pad: 1 });
    return ops.convolve(ops.upsampleNearest(ops.relu(wide), 2), p[14], p[15], { pad: 1 });
  };

  return {
    step: () => {
      count++;
      const { value, gradients } = ops.tidy(() =>
        ops.variableGradients((leaves) => {
          const gap = ops.sub(forward(leaves), images);
          return { value: ops.mean(ops.square(gap)) as ops.Scalar, aux: {} };
        }, params)
      );
      const options = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: count };
      const updates = ops.adamUpdate(
        params.map((param, i) => ({
          param,
          gradient: gradients[i],
          first: first[i],
          second: second[i],
          decay: 0.01,
        })),
        options,
      );
      params = updates.map((update) => update.param);
      first = updates.map((update) => update.first);
      second = updates.map((update) => update.second);
      const loss = value.dataSync()[0];
      for (const tensor of [value, ...gradients]) tensor.dispose();
      return loss;
    },
    digest: async () => {
      const bytes = new Blob(params.map((param) => Float32Array.from(param.dataSync())));
      const hash = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
      return new Uint8Array(hash).toHex();
    },
    dispose: () => {
      for (const tensor of [images, ...params, ...first, ...second]) tensor.dispose();
    },
  };
}

if (import.meta.main) {
  await useBackend("wasm", { threads: Number(Deno.args[0]) });
  const { step, digest } = trainer({ batch: 24, size: 32 });
  for (let i = 0; i < 4; i++) step();
  // deno-lint-ignore no-console -- this program's only output
  console.log(await digest());
  closeBackend();
}
