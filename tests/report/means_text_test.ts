import { compare } from "../../lib/report/compare.ts";
import { everyMetric } from "../../lib/report/every_metric.ts";
import { meansText } from "../../lib/report/means_text.ts";
import { assert } from "../assert.ts";
import { syntheticAblation, through } from "./records.ts";

Deno.test("meansText() has a line for each method, with its epochs where runs have some", () => {
  const text = (records: Parameters<typeof compare>[0]) =>
    meansText(everyMetric(records), { compared: compare(records) });
  const plain = text(syntheticAblation());
  assert(plain.includes("balanced %") && !plain.includes("epochs"), plain);
  const one = text([through([0.5, 0.6, 0.9])]);
  assert(/epochs/.test(one) && /dual +3 /.test(one), one);
  const two = text([through([0.5, 0.9, 0.9], 1), through([0.5, 0.9, 0.9], 2)]);
  assert(two.includes("2.0 [2.0, 2.0]"), two);
});
