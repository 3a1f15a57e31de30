/**
 * A small network with one of every layer that sums over rows, pixels or images, to train for tests. As a program it
 * prints a digest of the parameters after some steps on as many threads as it is given.
 */
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { compile } from "../../lib/engine/compiled.ts";
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

/** What a step changes. */
type State = Readonly<Record<"params" | "first" | "second", readonly ops.Tensor[]>>;

interface Inputs {
  readonly images: ops.Tensor;
  /** Counted from 1. */
  readonly step: ops.Scalar | number;
}

/**
 * A network that learns to give its images back: every layer of the house on the way.
 *
 * @param options `compiled`: steps are recorded and replayed, which tensorflow alone can
 */
export function trainer(
  { batch, size, compiled = false }: { batch: number; size: number; compiled?: boolean },
): Trainer {
  const draw = random(5, "training");
  const drawn = (shape: number[], scale: number): ops.Tensor =>
    ops.tensor(draw.normals(shape.reduce((n, d) => n * d, 1)).map((value) => value * scale), shape);
  const images = drawn([batch, size, size, 3], 0.5);
  let state: State = {
    params: shapes.map((shape) => drawn(shape, 0.1)),
    first: shapes.map((shape) => ops.zeros(shape)),
    second: shapes.map((shape) => ops.zeros(shape)),
  };
  let count = 0;
  const replayed = compiled
    ? compile(({ state, inputs }: { state: State; inputs: { images: ops.Tensor; step: ops.Scalar }; fixed: null }) =>
      trainStep(state, inputs)
    )
    : null;

  return {
    step: () => {
      count++;
      const step = replayed === null ? count : ops.scalar(count);
      const { loss, ...next } = typeof step === "number"
        ? trainStep(state, { images, step })
        : replayed!.run({ state, inputs: { images, step }, fixed: null });
      state = next;
      const value = loss.dataSync()[0];
      loss.dispose();
      if (typeof step !== "number") step.dispose();
      return value;
    },
    digest: async () => {
      const bytes = new Blob(state.params.map((param) => Float32Array.from(param.dataSync())));
      const hash = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
      return new Uint8Array(hash).toHex();
    },
    dispose: () => {
      for (const tensor of [images, ...state.params, ...state.first, ...state.second]) tensor.dispose();
      replayed?.[Symbol.dispose]();
    },
  };
}

/** One step of AdamW, which consumes the state; the loss before it. */
function trainStep({ params, first, second }: State, { images, step }: Inputs): State & { readonly loss: ops.Scalar } {
  const { value, gradients } = ops.tidy(() =>
    ops.variableGradients((leaves) => {
      const gap = ops.sub(forward(leaves, images), images);
      return { value: ops.mean(ops.square(gap)) as ops.Scalar, aux: {} };
    }, [...params])
  );
  const rate = typeof step === "number" ? 1e-3 : ops.scalar(1e-3);
  const options = { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step } as ops.AdamOptions;
  const updates = ops.adamUpdate(
    params.map((param, i) => ({ param, gradient: gradients[i], first: first[i], second: second[i], decay: 0.01 })),
    options,
  );
  for (const tensor of gradients) tensor.dispose();
  if (typeof rate !== "number") rate.dispose();
  return {
    params: updates.map(({ param }) => param),
    first: updates.map(({ first }) => first),
    second: updates.map(({ second }) => second),
    loss: value,
  };
}

function forward(p: ops.Tensor[], images: ops.Tensor): ops.Tensor {
  const stem = ops.convolve(images, p[0], p[1], { stride: 4 });
  const normal = ops.layerNorm(ops.depthwise(stem, p[2], p[3]), p[4], p[5], 1e-6);
  const block = ops.add(stem, ops.linear(ops.linear(normal, p[6], p[7], "gelu"), p[8], p[9]));
  const mixed = ops.leakyRelu(ops.convolve(block, p[10], p[11], { pad: "same" }), 0.2);
  const wide = ops.convolveTranspose(mixed, p[12], p[13], { stride: 2, pad: 1 });
  return ops.convolve(ops.upsampleNearest(ops.relu(wide), 2), p[14], p[15], { pad: 1 });
}

if (import.meta.main) {
  await useBackend("wasm", { threads: Number(Deno.args[0]) });
  const { step, digest } = trainer({ batch: 24, size: 32 });
  for (let i = 0; i < 4; i++) step();
  // deno-lint-ignore no-console -- this program's only output
  console.log(await digest());
  closeBackend();
}
