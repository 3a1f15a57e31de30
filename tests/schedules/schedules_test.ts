import { constant, cosine, plateau, rateAt, type Schedule, schedules } from "../../lib/schedules/mod.ts";
import * as room from "../../lib/schedules/mod.ts";
import type { EpochRow } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

/** The rate of a schedule that does not end, from a rate and epochs done. */
function rateOf(spec: Schedule, rate: number, epoch: number): number {
  return rateAt(spec, rate, { epoch, history: [] })!;
}

/** Rates before each of some epochs and after the last, from the accuracies of these epochs. */
function ratesOf(spec: Schedule, rate: number, accuracies: readonly number[]): (number | null)[] {
  const history = accuracies.map((accuracy) => ({ validation: { accuracy, balancedAccuracy: 0, auc: 1 } }));
  return [...accuracies.keys(), accuracies.length].map((epoch) =>
    rateAt(spec, rate, { epoch, history: history.slice(0, epoch) as unknown as readonly EpochRow[] })
  );
}

Deno.test("cosine falls from the rate to the floor over its period and rises again", () => {
  const spec = cosine({ period: 4, floor: 0.2 });
  const share = (1 + Math.SQRT1_2) / 2; // cos 45°
  const falling = [1, 0.2 + 0.8 * share, 0.6, 0.2 + 0.8 * (1 - share), 0.2];
  assertClose([0, 1, 2, 3, 4].map((epoch) => rateOf(spec, 1, epoch)), falling, 1e-12);
  assertClose([5, 6, 8].map((epoch) => rateOf(spec, 1, epoch)), [falling[3], 0.6, 1], 1e-12);
});

Deno.test("cosine changes once an epoch, or with every step", () => {
  assertEquals(rateOf(cosine({ period: 4 }), 1, 2.9), rateOf(cosine({ period: 4 }), 1, 2));
  assertClose(rateOf(cosine({ period: 4, every: "step" }), 1, 4 / 3), 0.75, 1e-12); // cos 60°
});

Deno.test("cosine warms up from the floor, then takes its period from there", () => {
  const byStep = cosine({ period: 2, warmup: 0.5, every: "step", floor: 0.1 });
  assertClose([0, 0.25, 0.5, 1.5, 2.5].map((epoch) => rateOf(byStep, 1, epoch)), [0.1, 0.55, 1, 0.55, 0.1], 1e-12);
  const byEpoch = cosine({ period: 2, warmup: 3 });
  assertClose([0, 1, 2, 3, 4, 5].map((epoch) => rateOf(byEpoch, 1, epoch)), [0.25, 0.5, 0.75, 1, 0.5, 0], 1e-12);
});

Deno.test("cosine stays between floor and rate", () => {
  const spec = cosine({ period: 3.7, warmup: 1.3, floor: 1e-3, every: "step" });
  for (let epoch = 0; epoch < 20; epoch += 0.07) {
    const rate = rateOf(spec, 0.1, epoch);
    assert(rate >= 1e-3 && rate <= 0.1, `${rate} after ${epoch} epochs`);
  }
});

Deno.test("constant keeps the rate, after its warm-up where it has one", () => {
  assertEquals([0, 7.5].map((epoch) => rateOf(constant(), 0.3, epoch)), [0.3, 0.3]);
  const warm = constant({ warmup: 0.5 });
  assertClose([0, 0.125, 0.25, 0.5, 3].map((epoch) => rateOf(warm, 1, epoch)), [0, 0.25, 0.5, 1, 1], 1e-12);
});

const plain = { metric: "accuracy", threshold: 0.01, floor: 1e-3 } as const;

Deno.test("plateau lowers the rate after more epochs without improvement than it bears", () => {
  const spec = plateau({ ...plain, patience: 1 });
  // .5 is the first best; .505 and .51 are within the threshold of it: the second of them is one too many
  assertClose(ratesOf(spec, 1, [0.5, 0.505, 0.51]) as number[], [1, 1, 1, 0.1], 1e-12);
  // an improvement in between is the new best, and the count begins again
  assertClose(ratesOf(spec, 1, [0.5, 0.4, 0.52, 0.52, 0.53]) as number[], [1, 1, 1, 1, 1, 0.1], 1e-12);
});

Deno.test("plateau waits as long again after it lowered the rate, for more than the best so far", () => {
  const spec = plateau({ ...plain, patience: 1, factor: 0.5 });
  assertClose(
    ratesOf(spec, 1, [0.9, 0.5, 0.6, 0.7, 0.8, 0.92]) as number[],
    [1, 1, 1, 0.5, 0.5, 0.25, 0.25],
    1e-12,
  );
});

Deno.test("plateau without patience lowers the rate at every epoch that is no better", () => {
  assertClose(ratesOf(plateau({ ...plain, patience: 0 }), 1, [0.5, 0.5, 0.6]) as number[], [1, 1, 0.1, 0.1], 1e-12);
});

Deno.test("plateau ends training where the next rate would lie below the floor, not at it", () => {
  const spec = plateau({ ...plain, patience: 0 });
  // three times a tenth is not quite .001 in float64, and the floor all the same
  const rates = ratesOf(spec, 1, [0.5, 0.5, 0.5, 0.5, 0.5]);
  assertClose(rates.slice(0, 5) as number[], [1, 1, 0.1, 0.01, 0.001], 1e-12);
  assertEquals(rates[5], null);
  assertEquals(ratesOf(plateau({ ...plain, floor: 2 }), 1, []), [null]);
});

Deno.test("plateau watches the metric that it names", () => {
  assertClose(ratesOf(plateau({ patience: 0 }), 1e-4, [0.5, 0.6]) as number[], [1e-4, 1e-4, 1e-5], 1e-18);
  assertClose(ratesOf(plateau({ ...plain, patience: 0 }), 1, [0.5, 0.6]) as number[], [1, 1, 1], 0);
});

Deno.test("plateau warms up, and its history counts from the start", () => {
  const spec = plateau({ ...plain, patience: 0, warmup: 4 });
  assertClose(ratesOf(spec, 1, [0.5, 0.6, 0.6]) as number[], [0, 0.25, 0.5, 0.075], 1e-12);
});

Deno.test("plateau lowers the rate when PyTorch's ReduceLROnPlateau does", () => {
  // deno-fmt-ignore -- forty accuracies of a walk upwards
  const accuracies = [47, 48, 47, 49, 51, 46, 40, 45, 42, 39, 46, 46, 51, 51, 54, 50, 52, 57, 58, 62, 64, 59, 63, 65,
    63, 57, 62, 62, 66, 71, 75, 81, 80, 84, 84, 90, 95, 91, 86, 83].map((percent) => percent / 100);
  // recorded with PyTorch 2.13, mode "max", threshold_mode "abs": how often the rate was halved after each epoch
  const recorded: readonly [Parameters<typeof plateau>[0], string][] = [
    [{ patience: 1, threshold: 0.02 }, "00111122334455556666677778899999999999aa"],
    [{ patience: 2, threshold: 0 }, "0000000111222333333333333344444444444445"],
    [{ patience: 3, threshold: 0.05 }, "0000111122223333334444455556666666666667"],
  ];
  for (const [options, halvings] of recorded) {
    const spec = plateau({ ...plain, ...options, factor: 0.5, floor: 1e-9 });
    const counts = ratesOf(spec, 1, accuracies).slice(1).map((rate) => (-Math.log2(rate!)).toString(16));
    assertEquals(counts.join(""), halvings, JSON.stringify(options));
  }
});

Deno.test("plateau is a function of the history: a longer one begins with the same rates", () => {
  const accuracies = [0.5, 0.7, 0.6, 0.71, 0.71, 0.8, 0.2, 0.2, 0.2, 0.9, 0.9, 0.9, 0.9];
  const spec = plateau({ ...plain, patience: 1, factor: 0.3, floor: 1e-9 });
  const whole = ratesOf(spec, 1, accuracies);
  for (const length of accuracies.keys()) {
    assertEquals(ratesOf(spec, 1, accuracies.slice(0, length)), whole.slice(0, length + 1));
  }
  // it never rises
  assertEquals(whole, whole.toSorted((a, b) => b! - a!));
});

Deno.test("plateau() and constant() refuse options outside their range", () => {
  assertThrows(() => plateau({ metric: "acuracy" as "accuracy" }), RangeError, 'did you mean "accuracy"?');
  assertThrows(() => plateau({ patience: 1.5 }), RangeError, "plateau.patience: given 1.5, expected a whole number");
  assertThrows(() => plateau({ factor: 1 }), RangeError, "plateau.factor: given 1");
  assertThrows(() => plateau({ floor: 0 }), RangeError, "plateau.floor: given 0, expected a number > 0");
  assertThrows(() => plateau({ warmup: 0 }), RangeError, "plateau.warmup: given 0, expected a number > 0");
  assertThrows(() => constant({ warmup: -1 }), RangeError, "constant.warmup: given -1");
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
  assertEquals(files.sort(), ["mod.ts", "warmup.ts", ...Object.keys(schedules).map((kind) => `${kind}.ts`)].sort());
});
