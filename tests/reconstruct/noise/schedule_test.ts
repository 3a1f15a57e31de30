import { readOptions } from "../../../lib/reconstruct/noise/options.ts";
import {
  positiveSignal,
  remainingSignal,
  type Schedule,
  scheduleOptions,
} from "../../../lib/reconstruct/noise/schedule.ts";
import { karrasLevels, levelAt, noiseLevels, timestepOf } from "../../../lib/reconstruct/noise/sigmas.ts";
import { countDown, roundEven, spacedTimesteps } from "../../../lib/reconstruct/noise/spacing.ts";
import { weightedSum } from "../../../lib/reconstruct/noise/sampler.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../../assert.ts";

function schedule(options: Partial<Schedule>): Schedule {
  return { ...readOptions(scheduleOptions, {}, "the test"), ...options };
}

Deno.test("remainingSignal() is the running product of 1 − β", () => {
  const three = schedule({ numTrainTimesteps: 3, betaStart: 0.1, betaEnd: 0.3 });
  assertClose(remainingSignal(three), [0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.7], 1e-7);
  const roots = schedule({ ...three, betaSchedule: "scaled_linear", betaStart: 0.01, betaEnd: 0.25 });
  assertClose(remainingSignal(roots), [0.99, 0.99 * 0.91, 0.99 * 0.91 * 0.75], 1e-7);
  assertClose(remainingSignal(schedule({ ...three, trainedBetas: [0, 0.5, 1] })), [1, 0.5, 0], 0);
});

Deno.test("every schedule falls from nearly all signal to hardly any", () => {
  for (const betaSchedule of ["linear", "scaled_linear", "squaredcos_cap_v2"] as const) {
    const signal = remainingSignal(schedule({ betaSchedule }));
    assert(signal.every((left, t) => left > 0 && left < (signal[t - 1] ?? 1)), betaSchedule);
    assert(signal[0] > 0.999 && signal[999] < 0.002, betaSchedule);
  }
});

Deno.test("a schedule rescaled to no signal begins as before and ends at 0, or a trace", () => {
  const before = remainingSignal(schedule({}));
  const signal = remainingSignal(schedule({ rescaleBetasZeroSnr: true }));
  assertClose(signal[0], before[0], 1e-6);
  assertEquals(signal[999], 0);
  assert(signal.every((left, t) => left <= before[t] + 1e-6));
  assertEquals(positiveSignal(schedule({ rescaleBetasZeroSnr: true }))[999], 2 ** -24);
});

Deno.test("spacedTimesteps() lies as table 2 of the paper has it", () => {
  const spaced = (timestepSpacing: "leading" | "trailing" | "linspace", steps = 5) =>
    spacedTimesteps(
      { timestepSpacing, stepsOffset: timestepSpacing === "leading" ? 1 : 0, numTrainTimesteps: 1000 },
      steps,
    );
  assertEquals(spaced("leading"), [801, 601, 401, 201, 1]);
  assertEquals(spaced("trailing"), [999, 799, 599, 399, 199]);
  assertEquals(spaced("linspace"), [999, 749.25, 499.5, 249.75, 0]);
  assertEquals(spaced("linspace", 1), [0]);
  for (let steps = 1; steps <= 1000; steps++) assertEquals(spaced("trailing", steps).length, steps);
});

Deno.test("roundEven() and countDown() go as NumPy's do", () => {
  assertEquals([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(roundEven), [0, 2, 2, -0, 2, 3]);
  assertEquals(countDown(10, 3), [10, 7, 4, 1]);
  assertEquals(countDown(1000, 1000 / 61).length, 62, "rounding adds one, as there");
});

Deno.test("timestepOf() finds the timestep of every level, and the ends beyond", () => {
  const levels = noiseLevels(remainingSignal(schedule({})));
  for (const t of [0, 1, 500, 998, 999]) assertClose(timestepOf(levels[t], levels), t, 1e-3);
  assertClose(timestepOf(Math.sqrt(levels[10] * levels[11]), levels), 10.5, 1e-3);
  assertEquals([timestepOf(1e9, levels), timestepOf(0, levels)], [999, 0]);
  assertClose(levelAt(levels, 10.5), (levels[10] + levels[11]) / 2, 1e-6);
});

Deno.test("karrasLevels() falls from the largest to the smallest, evenly in the seventh root", () => {
  const levels = karrasLevels(2 ** 7, 1, 3);
  assertClose(levels, [128, 1.5 ** 7, 1], 1e-9);
  assertClose(karrasLevels(14, 0.03, 1), [14], 1e-9);
});

Deno.test("weightedSum() sums one to five terms in float64", () => {
  const terms = [1, 2, 3, 4, 5].map((k): [number, Float32Array] => [10 ** k, Float32Array.of(k, -k)]);
  const sums = terms.map((_, n) => weightedSum(...terms.slice(0, n + 1))[0]);
  assertEquals(sums, [10, 210, 3210, 43210, 543210]);
  const [large, one] = [Float32Array.of(2 ** 30), Float32Array.of(1)];
  assertEquals(weightedSum([1, large], [1, one], [-1, large])[0], 1, "float32 would lose it");
  assertThrows(() => weightedSum(...terms, [1, one]), RangeError, "at most 5");
  assertThrows(() => weightedSum([1, one], [1, new Float32Array(2)]), TypeError, "given 2 values beside 1");
});
