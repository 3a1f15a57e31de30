import type { DifferenceRow } from "../../lib/report/compare.ts";
import { gainsOfLast } from "../../lib/report/gains.ts";
import { gainsSentence } from "../../lib/report/sentence.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

Deno.test("gainsOfLast() pairs the last method with each other, and tells why it cannot", () => {
  const apart = syntheticRecord({ name: "elsewhere", seed: 9, terms: { other: 1 } });
  const gains = gainsOfLast([apart, ...syntheticAblation()]);
  assertEquals(gains.length, 4);
  assert(typeof gains[0] === "string" && gains[0].startsWith('Cannot pair "dual" with "elsewhere"'), `${gains[0]}`);
  const pairs = gains.filter((gain) => typeof gain !== "string").map((gain) => (gain.objects() as DifferenceRow[])[0]);
  assertEquals(pairs.map(({ of, against }) => `${of} − ${against}`), [
    ...["dual − plain", "dual − reconstructions-as-fakes", "dual − contrastive-only"],
  ]);
  assertEquals(gainsOfLast(syntheticAblation().slice(0, 1)), []);
});

Deno.test("gainsSentence() counts what is better, worse and not told apart, and warns of chance", () => {
  const made = [0.2, 3, 1.7, 1.71].map((distance, i) =>
    syntheticRecord({ name: ["weak", "strong", "near", "last"][i], terms: { only: i + 1 }, distance, sources: 100 })
  );
  const gains = gainsOfLast(made).filter((gain) => typeof gain !== "string");
  assertEquals(
    gainsSentence(gains),
    "Accuracy over the unseen generators, paired: last is better than weak; worse than strong; not told apart from " +
      "near. With 3 differences at 95 % some may lie apart from 0 by chance.",
  );
});
