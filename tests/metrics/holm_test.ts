import { holm } from "../../lib/metrics/holm.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

Deno.test("holm() multiplies the smallest by how many there are, the next by one fewer", () => {
  // on paper: 0.01 · 4, then 0.02 · 3 = 0.06, then 0.03 · 2 = 0.06, then 0.5 · 1
  assertEquals(holm([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.06, 0.06]);
  // 0.02 · 2 = 0.04 would lie below the 0.045 of a smaller one, which it may not
  assertEquals(holm([0.015, 0.02, 0.9]), [0.045, 0.045, 0.9]);
  assertEquals(holm([0.4, 0.5]), [0.8, 0.8]);
  assertEquals(holm([0.03]), [0.03]);
  assertEquals(holm([]), []);
});

Deno.test("holm() keeps the order, corrects upwards only, and never beyond 1", () => {
  const draw = random(0, "holm");
  for (let round = 0; round < 50; round++) {
    const ps = Array.from({ length: 1 + draw.integer(9) }, () => draw.uniform() ** 3);
    const corrected = holm(ps);
    for (const [i, p] of ps.entries()) {
      assert(corrected[i] >= p && corrected[i] <= 1);
      for (const [k, other] of ps.entries()) assert(p > other || corrected[i] <= corrected[k]);
    }
  }
});

Deno.test("holm() refuses what is no probability", () => {
  for (const wrong of [NaN, -0.1, 1.1]) {
    assertThrows(() => holm([0.1, wrong]), RangeError, `found ${wrong}, expected each to be from 0 to 1`);
  }
});
