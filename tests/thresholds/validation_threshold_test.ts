import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { random } from "../../lib/random.ts";
import { freeze, validationThreshold } from "../../lib/thresholds/mod.ts";
import type { ScoreColumns } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

/** Scores of so many photographs around 0.4 and fakes around 0.7. */
function rows(real: number, fake: number): ScoreColumns {
  const draw = random(1, "rows");
  const label = [...Array(real).fill(0), ...Array(fake).fill(1)] as number[];
  return {
    id: label.map((_, i) => `${i}`),
    source: label.map((_, i) => `${i}`),
    generator: label.map((one) => one === 1 ? "sd14" : null),
    set: label.map(() => "sd14"),
    corruption: label.map(() => null),
    label,
    score: label.map((one) => Math.min(1, Math.max(0, (one === 1 ? 0.7 : 0.4) + 0.1 * draw.normal()))),
  };
}

Deno.test("a threshold is chosen on so many images of all, or of each class", () => {
  const given = rows(300, 100);
  const all = freeze(validationThreshold({ images: 80 }), given);
  assertEquals(all.real + all.fake, 80);
  const each = freeze(validationThreshold({ images: 80, by: "class" }), given);
  assertEquals([each.real, each.fake], [80, 80]);
  const few = freeze(validationThreshold({ images: 200, by: "class" }), given);
  assertEquals([few.real, few.fake], [200, 100]);
  const whole = freeze(null, given);
  assertEquals([whole.real, whole.fake, whole.goal], [300, 100, "accuracy"]);
  assertEquals(freeze(validationThreshold(), given), whole); // 5,000 are more than there are
  assert([all, each, few, whole].every(({ threshold }) => threshold > 0.45 && threshold < 0.65));
});

Deno.test("the draw hangs on its seed, and on nothing else", () => {
  const given = rows(300, 300);
  const at = (seed: number) => freeze(validationThreshold({ images: 40, by: "class", seed }), given).threshold;
  assertEquals(at(3), at(3));
  assert(new Set([1, 2, 3, 4].map(at)).size > 1);
});

Deno.test("a threshold reaches its goal on the images that it was chosen on", () => {
  const given = rows(500, 100);
  const low = freeze(validationThreshold({ images: null, goal: { fpr: 0.02 } }), given);
  const alarms = given.score.filter((score, i) => given.label[i] === 0 && score > low.threshold).length;
  assert(alarms / 500 <= 0.02, `${alarms}`);
  assertClose(low.realAccuracy, 1 - alarms / 500, 1e-12);
  const balanced = freeze(validationThreshold({ images: null, goal: "balancedAccuracy" }), given);
  const plain = freeze(null, given);
  const mean = ({ realAccuracy, fakeAccuracy }: typeof plain) => (realAccuracy + fakeAccuracy) / 2;
  assert(mean(balanced) >= mean(plain) && balanced.accuracy <= plain.accuracy);
});

Deno.test("a threshold's options are checked, and count", () => {
  const refused = (options: object, message: string) =>
    assertThrows(() => validationThreshold(options), Error, message);
  refused({ images: 1 }, "validationThreshold.images: given 1, expected a whole number ≥ 2");
  refused({ by: "generator" }, "validationThreshold.by");
  refused({ goal: "auc" }, "validationThreshold.goal");
  refused({ goal: { fpr: 2 } }, "validationThreshold.goal.fpr: given 2");
  refused({ image: 5 }, 'did you mean "images"?');
  assert(fingerprint(validationThreshold()) !== fingerprint(validationThreshold({ by: "class" })));
});

Deno.test("validation scores that lack a class have no threshold", () => {
  assertThrows(() => freeze(validationThreshold(), rows(10, 0)), RangeError);
  assertThrows(() => freeze(validationThreshold({ by: "class" }), rows(0, 10)), RangeError);
});
