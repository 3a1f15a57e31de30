import { constant, cosine, rateAt, schedules } from "../../lib/schedules/mod.ts";
import * as room from "../../lib/schedules/mod.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("cosine falls from the rate to the floor over its period and rises again", () => {
  const spec = cosine({ period: 4, floor: 0.2 });
  const share = (1 + Math.SQRT1_2) / 2; // cos 45°
  const falling = [1, 0.2 + 0.8 * share, 0.6, 0.2 + 0.8 * (1 - share), 0.2];
  assertClose([0, 1, 2, 3, 4].map((epoch) => rateAt(spec, 1, epoch)), falling, 1e-12);
  assertClose([5, 6, 8].map((epoch) => rateAt(spec, 1, epoch)), [falling[3], 0.6, 1], 1e-12);
});

Deno.test("cosine changes once an epoch, or with every step", () => {
  assertEquals(rateAt(cosine({ period: 4 }), 1, 2.9), rateAt(cosine({ period: 4 }), 1, 2));
  assertClose(rateAt(cosine({ period: 4, every: "step" }), 1, 4 / 3), 0.75, 1e-12); // cos 60°
});

Deno.test("cosine warms up from the floor, then takes its period from there", () => {
  const byStep = cosine({ period: 2, warmup: 0.5, every: "step", floor: 0.1 });
  assertClose([0, 0.25, 0.5, 1.5, 2.5].map((epoch) => rateAt(byStep, 1, epoch)), [0.1, 0.55, 1, 0.55, 0.1], 1e-12);
  const byEpoch = cosine({ period: 2, warmup: 3 });
  assertClose([0, 1, 2, 3, 4, 5].map((epoch) => rateAt(byEpoch, 1, epoch)), [0.25, 0.5, 0.75, 1, 0.5, 0], 1e-12);
});

Deno.test("cosine stays between floor and rate", () => {
  const spec = cosine({ period: 3.7, warmup: 1.3, floor: 1e-3, every: "step" });
  for (let epoch = 0; epoch < 20; epoch += 0.07) {
    const rate = rateAt(spec, 0.1, epoch);
    assert(rate >= 1e-3 && rate <= 0.1, `${rate} after ${epoch} epochs`);
  }
});

Deno.test("constant keeps the rate", () => {
  assertEquals(rateAt(constant(), 0.3, 7.5), 0.3);
});

Deno.test("cosine() refuses options outside their range", () => {
  assertThrows(() => cosine({ period: 0 }), RangeError, "cosine.period: given 0, expected a number > 0");
  assertThrows(() => cosine({ period: 1, floor: -1 }), RangeError, "cosine.floor: given -1");
  assertThrows(
    () => cosine({ period: 1, warmup: 0.5 }),
    RangeError,
    "cosine.warmup: given 0.5, expected a whole number",
  );
  assertThrows(() => cosine({ period: 1, every: "steps" as "step" }), RangeError, 'did you mean "step"?');
  assertThrows(() => cosine({} as { period: number }), TypeError, '"period"');
});

Deno.test("every schedule stands in the table under the kind that its maker writes, one file each", () => {
  const makers = Object.values(room).filter((value) => typeof value === "function" && "kind" in value);
  assertEquals(makers.map((make) => (make as unknown as { kind: string }).kind).sort(), Object.keys(schedules).sort());
  const files = [...Deno.readDirSync(new URL("../../lib/schedules", import.meta.url))].map(({ name }) => name);
  assertEquals(files.sort(), ["mod.ts", ...Object.keys(schedules).map((kind) => `${kind}.ts`)].sort());
});
