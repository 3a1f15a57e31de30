import {
  change,
  duration,
  percent,
  percentInterval,
  points,
  pointsInterval,
  probability,
} from "../../lib/report/numbers.ts";
import { assertEquals } from "../assert.ts";

Deno.test("percent() has one decimal", () => {
  assertEquals(percent(0.81249), "81.2");
  assertEquals(percent(1), "100.0");
  assertEquals(percentInterval(0.812, 0.78, 0.841), "81.2 [78.0, 84.1]");
});

Deno.test("points() always have a sign, except what rounds to zero", () => {
  assertEquals(points(0.013), "+1.3");
  assertEquals(points(-0.004), "−0.4");
  assertEquals(points(-0.0001), "0.0");
  assertEquals(points(0.0001), "0.0");
  assertEquals(pointsInterval(0.013, -0.004, 0.03), "+1.3 [−0.4, +3.0]");
});

Deno.test("change() has a sign and so many digits, none where it rounds to zero", () => {
  assertEquals([change(1.25, 1), change(-2.667, 1), change(0.0004, 3), change(-0.0004, 3)], [
    "+1.3",
    "−2.7",
    "0.000",
    "0.000",
  ]);
});

Deno.test("duration() carries seconds into minutes and minutes into hours", () => {
  assertEquals([48.2, 59.7, 365, 3599.6, 7380].map(duration), [
    "48 s",
    "1 min 00 s",
    "6 min 05 s",
    "1 h 00 min",
    "2 h 03 min",
  ]);
});

Deno.test("p-values are told to a thousandth and no further", () => {
  assertEquals([0.0314, 1, 0.00099, 0].map(probability), ["0.031", "1.000", "<0.001", "<0.001"]);
});
