import { overGenerators } from "../../lib/metrics/over_generators.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("overGenerators() gives mean, deviation and ends of what every set has, without the record's own mean", () => {
  const found = overGenerators({ a: { auc: 0.5, eer: 0.3 }, b: { auc: 0.75 }, c: { auc: 1 }, mean: { auc: 0.1 } });
  assertEquals(found, { auc: { mean: 0.75, deviation: 0.25, minimum: 0.5, maximum: 1 } });
});

Deno.test("overGenerators() of one generator has no deviation", () => {
  assertEquals(overGenerators({ a: { auc: 0.5 } }).auc, { mean: 0.5, deviation: null, minimum: 0.5, maximum: 0.5 });
});

Deno.test("overGenerators() moves with the metrics and stretches with them", () => {
  const values = [0.2, 0.5, 0.9, 0.4];
  const of = (change: (value: number) => number) =>
    overGenerators(Object.fromEntries(values.map((value, i) => [`set ${i}`, { auc: change(value) }]))).auc;
  const [plain, moved] = [of((value) => value), of((value) => 2 * value + 1)];
  assertClose(moved.mean, 2 * plain.mean + 1, 1e-15);
  assertClose(moved.deviation!, 2 * plain.deviation!, 1e-15);
});

Deno.test("overGenerators() refuses no set", () => {
  assertThrows(() => overGenerators({ mean: { auc: 1 } }), RangeError, "found no test set");
});
