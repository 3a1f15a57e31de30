import { corruptionName } from "../../lib/augment/corruption.ts";
import { protocols, robustnessAxes, robustnessGrid } from "../../lib/augment/robustness.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("robustnessGrid() tries one axis after the other", () => {
  const names = robustnessGrid({ jpeg: [90, 50], blur: [1] }).map(corruptionName);
  assertEquals(names, ["jpeg-90", "jpeg-50", "blur-1"]);
  const strengths = Object.values(robustnessAxes).flat();
  assertEquals(new Set(robustnessGrid().map(corruptionName)).size, strengths.length);
});

Deno.test("robustnessGrid() makes every combination where it is told to, each once and none of nothing", () => {
  const names = robustnessGrid({ jpeg: [90, 50], blur: [1], crop: [0.5] }, { cross: true }).map(corruptionName);
  assertEquals(names.length, 3 * 2 * 2 - 1);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.includes("crop-0.5+blur-1+jpeg-90") && names.includes("jpeg-50"), true);
});

Deno.test("robustnessGrid() refuses a strength outside its range", () => {
  assertThrows(() => robustnessGrid({ jpeg: [101] }), RangeError, "corruption.jpeg: given 101");
});

Deno.test("the protocols are JPEG of one quality on fakes alone, and on all", () => {
  assertEquals(protocols.map(corruptionName), ["jpeg-96 on fakes", "jpeg-96"]);
});
