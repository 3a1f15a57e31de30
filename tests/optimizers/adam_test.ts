import { adam, adamW } from "../../lib/optimizers/mod.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";
import { pullTo, walk } from "./problem.ts";

testTensors("adam takes the two steps that paper and pencil give", () => {
  // at w₀ = 1 the gradient is 1 and the decay adds .5: a first step is rate · sign all the same
  assertClose(walk(adam({ rate: 0.1, decay: 0.5 }), 1), [0.9, -1.9, 0.4], 1e-6);
  // g = 1.5 then .9 · 1.5 = 1.35: mean .9·.15 + .1·1.35 = .27, square .999·.00225 + .001·1.35² = .00407025
  const expected = 0.9 - 0.1 * (0.27 / 0.19) / Math.sqrt(0.00407025 / 0.001999);
  assertClose(walk(adam({ rate: 0.1, decay: 0.5 }), 2)[0], expected, 1e-6);
});

testTensors("adam without decay takes the steps of adamW without decay", () => {
  assertEquals(walk(adam({ rate: 0.05 }), 5), walk(adamW({ rate: 0.05, decay: 0 }), 5));
});

testTensors("adam with decay is adam on an objective with half the decay times the squared parameters", () => {
  // (p² + .25 p²) / 2 = 1.25 p² / 2: the slope to 0, longer by a quarter, of which Adam sees the sign alone at first
  const decayed = walk(adam({ rate: 0.05, decay: 0.25, epsilon: 1e-12 }), 4);
  assertClose(decayed, walk(adam({ rate: 0.05, epsilon: 1e-12 }), 4), 1e-6);
});

testTensors("adam spares vectors from decay only when told to", () => {
  const slope = pullTo(0.5); // b stands at its target: without decay it stays
  for (const [spareVectors, expected] of [[false, 0.4], [true, 0.5]] as const) {
    const [w, , b] = walk(adam({ rate: 0.1, decay: 0.5, spareVectors }), 1, () => ({ slope }));
    assertClose([w, b], [0.9, expected], 1e-6);
  }
});

Deno.test("adam() refuses options outside their range", () => {
  assertThrows(() => adam({ rate: -1 }), RangeError, "adam.rate: given -1, expected a number > 0");
  assertThrows(() => adam({ beta1: 1 }), RangeError, "adam.beta1");
  assertThrows(() => adam({ decay: -0.1 }), RangeError, "adam.decay");
});
