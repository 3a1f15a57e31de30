import {
  filledWith,
  normal,
  normalFanOut,
  ones,
  truncatedNormal,
  uniformFanIn,
  uniformHe,
  uniformXavier,
  zeros,
} from "../../lib/nn/initial.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

testTensors("truncatedNormal() has the deviation that it is told and mean 0", () => {
  const values = take(truncatedNormal(random(1, "w"), { deviation: 0.02 })([100, 100]));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assertClose(mean, 0, 4 * 0.02 / 100); // four standard errors
  assertClose(Math.sqrt(variance), 0.02, 4 * 0.02 / Math.sqrt(2e4));
});

testTensors("truncatedNormal() draws again what lies beyond the limit", () => {
  const values = take(truncatedNormal(random(1, "w"), { deviation: 1, limit: 1.5 })([2000]));
  const largest = Math.max(...values.map(Math.abs));
  assert(largest <= 1.5 && largest > 1.4, `${largest}`);
});

testTensors("truncatedNormal() gives the same weights for the same stream", () => {
  const draw = () => take(truncatedNormal(random(3, "w"))([5]));
  assertEquals(draw(), draw());
});

testTensors("uniformFanIn() fills the interval that the inputs of a unit give", () => {
  // a linear weight [O, I] has I inputs, a filter [k, k, I, O] has k·k·I
  for (const [shape, inputs] of [[[200, 25], 25], [[3, 3, 4, 100], 36]] as const) {
    const bound = 1 / Math.sqrt(inputs);
    const values = take(uniformFanIn(random(1, "w"))([...shape]));
    assertClose(Math.max(...values), bound, 0.01 * bound);
    assertClose(Math.min(...values), -bound, 0.01 * bound);
    assertClose(values.reduce((sum, x) => sum + x, 0) / values.length, 0, 4 * bound / Math.sqrt(3 * values.length));
  }
});

testTensors("uniformHe() has variance 2 over the inputs of a unit, uniformXavier() 2 over inputs and outputs", () => {
  for (const [draw, variance] of [[uniformHe, 2 / 30], [uniformXavier, 2 / 230]] as const) {
    const values = take(draw(random(1, "w"))([200, 30]));
    const bound = Math.sqrt(3 * variance);
    assertClose(Math.max(...values), bound, 0.01 * bound);
    const found = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    assertClose(found, variance, 4 * variance * Math.sqrt(0.8 / values.length)); // four standard errors
  }
});

testTensors("normal() has the deviation that it is told", () => {
  const values = take(normal(random(1, "w"), 0.5)([100, 50]));
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  assertClose(deviation, 0.5, 4 * 0.5 / Math.sqrt(1e4));
});

testTensors("normalFanOut() has variance 2 over what an input reaches, k²·O", () => {
  const values = take(normalFanOut(random(1, "w"))([3, 3, 200, 8]));
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assertClose(variance, 2 / 72, 4 * (2 / 72) * Math.sqrt(2 / values.length)); // four standard errors
});

testTensors("zeros(), ones() and filledWith() fill", () => {
  assertEquals(take(zeros([2, 2])), [0, 0, 0, 0]);
  assertEquals(take(ones([2])), [1, 1]);
  assertEquals(take(filledWith(0.5)([1])), [0.5]);
});
