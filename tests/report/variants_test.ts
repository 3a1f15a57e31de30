import { groupMethods } from "../../lib/report/methods.ts";
import { variations } from "../../lib/report/variants.ts";
import { assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

Deno.test("variations() are tags and paths in which methods differ, but not seeds", () => {
  const a = syntheticRecord({ name: "a", terms: { classification: 1 } });
  const b = syntheticRecord({ name: "b", seed: 2, terms: { classification: 0.5, contrastive: 1 } });
  const tagged = { ...b, experiment: { ...b.experiment, tags: { λ: 0.5 } } };
  assertEquals(variations(groupMethods([a, tagged])), [
    { path: "λ", values: [null, 0.5] },
    { path: "loss.classification.weight", values: [1, 0.5] },
    { path: "loss.contrastive", values: [null, "contrastive"] },
  ]);
});

Deno.test("variations() of one method are none", () => {
  assertEquals(variations(groupMethods([syntheticRecord({ name: "a" })])), []);
});
