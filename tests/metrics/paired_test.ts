import { mcnemar, pairedP } from "../../lib/metrics/paired.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("pairedP() is twice the share of draws on the other side of 0, one added to both counts", () => {
  const draws = Float64Array.from({ length: 99 }, (_, i) => i < 4 ? -1 : 1);
  assertClose(pairedP({ draws }), 2 * 5 / 100, 1e-15);
  assertClose(pairedP({ draws: draws.map((draw) => -draw) }), 2 * 5 / 100, 1e-15);
});

Deno.test("pairedP() is 1 where nothing differs, and never 0", () => {
  assertEquals(pairedP({ draws: new Float64Array(50) }), 1);
  assertEquals(pairedP({ draws: new Float64Array(199).fill(1) }), 2 / 200);
});

Deno.test("mcnemar() throws a fair coin for each row of which the methods disagree", () => {
  // the first alone is right on one row, the second alone on five: 2 · (1 + 6) / 2⁶
  const labels = [1, 1, 1, 1, 1, 0, 0];
  const of = [0.9, 0.1, 0.1, 0.1, 0.1, 0.9, 0.2];
  const against = [0.1, 0.9, 0.9, 0.9, 0.9, 0.1, 0.2];
  const { first, second, p } = mcnemar(labels, [of, against]);
  assertEquals([first, second], [1, 5]);
  assertClose(p, 14 / 64, 1e-15);
  assertEquals(mcnemar(labels, [against, of]), { first: 5, second: 1, p });
  assertEquals(mcnemar(labels, [of, of]), { first: 0, second: 0, p: 1 });
});

Deno.test("mcnemar() gives either method its own threshold", () => {
  assertEquals(mcnemar([1, 0], [[0.4, 0.2], [0.4, 0.2]], { threshold: 0.3, against: 0.5 }), {
    first: 1,
    second: 0,
    p: 1,
  });
});

Deno.test("mcnemar() calls equal methods different about as seldom as it says", () => {
  const draw = random(1, "mcnemar");
  let below = 0;
  const times = 400;
  for (let i = 0; i < times; i++) {
    const column = () => Float64Array.from({ length: 200 }, () => draw.uniform());
    if (mcnemar(new Int8Array(200), [column(), column()]).p < 0.05) below += 1;
  }
  assert(below / times < 0.05 + 4 * Math.sqrt(0.05 * 0.95 / times), `${below} of ${times}`);
  assert(below > 0);
});

Deno.test("mcnemar() does not lose small probabilities of many rows", () => {
  const labels = new Uint8Array(20_000).fill(1);
  const of = Float64Array.from(labels, (_, i) => i < 10_500 ? 1 : 0);
  const against = of.map((score) => 1 - score);
  const { p } = mcnemar(labels, [of, against]);
  assertClose(Math.log10(p), -11.795579009, 1e-9); // scipy.stats.binomtest(9500, 20000).pvalue
  const all = mcnemar(labels, [labels, new Uint8Array(20_000)]);
  assertEquals([all.first, all.second, all.p], [20_000, 0, 0]);
});

Deno.test("mcnemar() refuses columns of unequal length", () => {
  assertThrows(() => mcnemar([0, 1], [[0, 1], [0]]), RangeError, "found 2 labels and 1 scores");
});
