import { sgd } from "../../lib/optimizers/mod.ts";
import { assertClose, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";
import { pullTo, walk } from "./problem.ts";

/** Steps on p² / 2 by plain numbers. */
function byHand(
  start: number,
  { steps, rate, momentum, decay = 0, nesterov = false }: {
    steps: number;
    rate: number;
    momentum: number;
    decay?: number;
    nesterov?: boolean;
  },
): number {
  let [p, velocity] = [start, 0];
  for (let i = 0; i < steps; i++) {
    const slope = p + decay * p;
    velocity = momentum * velocity + slope;
    p -= rate * (nesterov ? slope + momentum * velocity : velocity);
  }
  return p;
}

testTensors("sgd takes the two steps that paper and pencil give", () => {
  // 1 − .1 · 1; then the velocity is .9 · 1 + .9
  assertClose(walk(sgd({ rate: 0.1 }), 2), [0.9 - 0.18, -1.8 + 0.36, 0.45 - 0.09], 1e-6);
  // Nesterov: 1 − .1 · (1 + .9); then .9 · 1 + .81 = 1.71, and .81 + .9 · 1.71
  assertClose(walk(sgd({ rate: 0.1, nesterov: true }), 2)[0], 0.81 - 0.1 * (0.81 + 0.9 * 1.71), 1e-6);
});

testTensors("sgd follows the formula over ten steps, with decay, without momentum, with Nesterov's", () => {
  for (
    const options of [
      { rate: 0.1, momentum: 0.9 },
      { rate: 0.1, momentum: 0.9, decay: 0.3 },
      { rate: 0.2, momentum: 0 },
      { rate: 0.05, momentum: 0.8, decay: 0.1, nesterov: true },
    ]
  ) {
    const expected = [1, -2, 0.5].map((p) => byHand(p, { steps: 10, ...options }));
    assertClose(walk(sgd(options), 10), expected, 1e-6, JSON.stringify(options));
  }
});

testTensors("sgd keeps its velocity when the rate changes", () => {
  // velocities 1 and .9 · 1 + .9: the rate multiplies each as it is used
  assertClose(walk(sgd({ rate: 0.1 }), 2, (number) => ({ rate: 0.1 / number }))[0], 0.9 - 0.05 * 1.8, 1e-6);
});

testTensors("sgd spares vectors from decay only when told to", () => {
  const slope = pullTo(0.5);
  for (const [spareVectors, expected] of [[false, 0.5 - 0.1 * 0.25], [true, 0.5]] as const) {
    const [w, , b] = walk(sgd({ rate: 0.1, decay: 0.5, spareVectors }), 1, () => ({ slope }));
    assertClose([w, b], [1 - 0.1 * (0.5 + 0.5), expected], 1e-6);
  }
});

Deno.test("sgd() refuses options outside their range, and Nesterov's momentum without any", () => {
  assertThrows(() => sgd({ momentum: 1 }), RangeError, "sgd.momentum: given 1, expected a number ≥ 0 and < 1");
  assertThrows(() => sgd({ nesterov: true, momentum: 0 }), RangeError, "nesterov with momentum 0");
});
