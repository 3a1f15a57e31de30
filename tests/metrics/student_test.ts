import { studentInterval } from "../../lib/metrics/student.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("studentInterval() reaches as far as the tables of Student's distribution say", () => {
  // two values, one degree of freedom: 12.7062 standard errors, and the standard error of 0 and 2 is 1
  assertClose([studentInterval([0, 2]).low!, studentInterval([0, 2]).high!], [1 - 12.7062, 1 + 12.7062], 1e-4);
  for (const [count, quantile] of [[3, 4.302653], [5, 2.776445], [11, 2.228139], [31, 2.042272], [101, 1.983972]]) {
    const values = Array.from({ length: count }, (_, i) => i % 2);
    const { value, high } = studentInterval(values);
    const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
    assertClose((high! - value) / Math.sqrt(squares / (count - 1) / count), quantile, 1e-5);
  }
});

Deno.test("studentInterval() holds the truth as often as it says, of three values", () => {
  const draw = random(1, "student");
  const times = 4000;
  let held = 0;
  for (let i = 0; i < times; i++) {
    const { low, high } = studentInterval([draw.normal(), draw.normal(), draw.normal()], { level: 0.8 });
    if (low! <= 0 && 0 <= high!) held += 1;
  }
  assertClose(held / times, 0.8, 4 * Math.sqrt(0.8 * 0.2 / times));
});

Deno.test("studentInterval() of one value has no ends, of equal ones none apart", () => {
  assertEquals(studentInterval([4]), { value: 4, low: null, high: null });
  assertEquals(studentInterval([4, 4, 4]), { value: 4, low: 4, high: 4 });
  assertThrows(() => studentInterval([]), RangeError, "found no value");
  assertThrows(() => studentInterval([1, 2], { level: 95 }), RangeError, "level 95");
});
