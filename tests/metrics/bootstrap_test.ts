import { bootstrap } from "../../lib/metrics/bootstrap.ts";
import { intervals } from "../../lib/metrics/intervals.ts";
import { accuracy, auc, averagePrecision, f1, metrics, type Statistic, usualResamples } from "../../lib/metrics/mod.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columnsOf, normalCdf, simulate } from "./simulated.ts";

const generators = ["sd14", "adm"];

Deno.test("bootstrap() gives the plain metrics of each test set as values", () => {
  const run = simulate(1, { sources: 30, generators });
  const { sets } = bootstrap([run], { trained: [], resamples: 1 });
  assertEquals([...sets.keys()], ["adm", "sd14"]);
  for (const [name, drawn] of sets) {
    const rows = run.set.flatMap((set, row) => set === null || set === name ? [row] : []);
    const labels = rows.map((row) => run.label[row]);
    const scores = rows.map((row) => run.score[row]);
    assertEquals(drawn.accuracy.value, accuracy(labels, scores));
    assertEquals(drawn.auc.value, auc(labels, scores));
    assertClose(drawn.averagePrecision.value, averagePrecision(labels, scores), 1e-15);
  }
});

Deno.test("bootstrap() draws what enumerating every possible draw of the sources gives", () => {
  const run = simulate(2, { sources: 4, generators: ["adm"], distance: 0.5, shared: 0 });
  const exact: number[] = [];
  for (let code = 0; code < 4 ** 4; code++) {
    const drawn = [0, 1, 2, 3].map((digit) => `photo-${Math.floor(code / 4 ** digit) % 4}`);
    const rows = drawn.flatMap((source) => run.source.flatMap((other, row) => other === source ? [row] : []));
    exact.push(auc(rows.map((row) => run.label[row]), rows.map((row) => run.score[row])));
  }
  const mean = exact.reduce((sum, value) => sum + value, 0) / exact.length;
  const spread = Math.sqrt(exact.reduce((sum, value) => sum + (value - mean) ** 2, 0) / exact.length);
  const resamples = 20_000;
  const { draws } = bootstrap([run], { trained: [], resamples }).sets.get("adm")!.auc;
  assertClose(draws.reduce((sum, value) => sum + value, 0) / resamples, mean, 4 * spread / Math.sqrt(resamples));
  const possible = new Set(exact);
  assert(draws.every((value) => possible.has(value)), "a draw is no possible one");
  // each value as often as among all draws: four standard errors of a share
  for (const value of possible) {
    const share = exact.filter((other) => other === value).length / exact.length;
    const seen = draws.filter((other) => other === value).length / resamples;
    assertClose(seen, share, 4 * Math.sqrt(share * (1 - share) / resamples));
  }
});

Deno.test("bootstrap() intervals hold the truth about as often as they say", () => {
  const distance = 1.5;
  const truth = normalCdf(distance / 2); // of the accuracy at the threshold between the classes
  let held = 0;
  const simulations = 200;
  for (let seed = 0; seed < simulations; seed++) {
    const run = simulate(seed, { sources: 60, generators, distance });
    const { low, high } = intervals(bootstrap([run], { trained: [], resamples: 200, seed })).mean.accuracy;
    if (low <= truth && truth <= high) held += 1;
  }
  // 95 % nominal; four standard errors of a share of 200, and the percentile method's known narrowness at 60 sources
  assertClose(held / simulations, 0.95, 0.06);
});

Deno.test("bootstrap() over sources is wider than over rows when a source's rows agree", () => {
  const run = simulate(3, { sources: 100, generators: ["a", "b", "c", "d"], shared: 0.9 });
  // photographs all right: what is left is how the fakes of one photograph are missed together
  const scores = run.score.map((score, row) => run.label[row] === 1 ? score : 0);
  const width = (source: readonly string[]): number => {
    const drawn = bootstrap([{ ...run, source, score: scores }], { trained: [], resamples: 400 });
    const { low, high } = intervals(drawn).mean.accuracy;
    return high - low;
  };
  assert(width(run.source) > 1.4 * width(run.source.map((_, row) => `row-${row}`)));
});

Deno.test("bootstrap() keeps every test set's composition", () => {
  // every photograph is called real, every fake too: accuracy is the share of photographs, whatever is drawn
  const rows = ["p", "q", "r"].map((source) => ({ source, set: null as string | null, label: 0, score: 0.1 }));
  for (const source of ["x", "y"]) rows.push({ source, set: "adm", label: 1, score: 0.1 });
  rows.push({ source: "z", set: "sd14", label: 1, score: 0.1 });
  const { sets } = bootstrap([columnsOf(rows)], { trained: [], resamples: 50 });
  assert(sets.get("adm")!.accuracy.draws.every((value) => value === 3 / 5));
  assert(sets.get("sd14")!.accuracy.draws.every((value) => value === 3 / 4));
});

Deno.test("bootstrap() draws alike whatever the order of the rows", () => {
  const run = simulate(4, { sources: 20, generators });
  const reversed = {
    source: run.source.toReversed(),
    set: run.set.toReversed(),
    corruption: run.corruption,
    label: run.label.toReversed(),
    score: run.score.toReversed(),
  };
  const options = { trained: ["adm"], resamples: 20 };
  assertEquals(bootstrap([run], options), bootstrap([reversed], options));
});

Deno.test("bootstrap() averages seeds and grows wider when they disagree", () => {
  const good = simulate(5, { sources: 40, generators, distance: 4 });
  const bad = { ...good, score: good.score.map((score) => 1 - score) };
  const one = intervals(bootstrap([good, good], { trained: [] })).mean.accuracy;
  const two = intervals(bootstrap([good, bad], { trained: [] })).mean.accuracy;
  assertEquals(one.value, intervals(bootstrap([good], { trained: [] })).mean.accuracy.value);
  assertClose(two.value, 0.5, 1e-12);
  assert(two.low < 0.1 && two.high > 0.9, "a quarter of the draws takes the good seed twice, a quarter the bad one");
});

Deno.test("bootstrap() refuses runs that were tested on different rows", () => {
  const run = simulate(6, { sources: 4, generators });
  const other = simulate(6, { sources: 5, generators });
  assertThrows(() => bootstrap([run, other], { trained: [] }), RangeError, "run 2 has 15 of 5");
  assertThrows(() => bootstrap([], { trained: [] }), RangeError, "found no run");
  assertThrows(() => bootstrap([run], { trained: [], resamples: 0 }), RangeError, "found 0 resamples");
});

Deno.test("bootstrap() names the test set that lacks a class", () => {
  const run = columnsOf([{ source: "p", set: "adm", label: 1, score: 0.4 }]);
  assertThrows(() => bootstrap([run], { trained: [] }), RangeError, 'test set "adm": found 0 real and 1 fake rows');
});

Deno.test("bootstrap() does not draw corrupted images", () => {
  const run = simulate(7, { sources: 12, generators: ["adm", "sd14"] });
  const both = {
    source: [...run.source, ...run.source],
    set: [...run.set, ...run.set],
    corruption: [...run.corruption, ...run.corruption.map(() => "jpeg-50")],
    label: [...run.label, ...run.label],
    score: [...run.score, ...run.score.toReversed()],
  };
  const options = { trained: [], resamples: 20 };
  assertEquals(bootstrap([both], options), bootstrap([run], options));
});

Deno.test("bootstrap() calls rows fake above the threshold that it is given, for all test sets or for each", () => {
  const run = simulate(8, { sources: 20, generators });
  const columnsOfSet = (name: string) => {
    const rows = run.set.flatMap((set, row) => set === null || set === name ? [row] : []);
    return [rows.map((row) => run.label[row]), rows.map((row) => run.score[row])] as const;
  };
  const options = { trained: [], resamples: 3 };
  const one = bootstrap([run], { ...options, thresholds: [0.8] }).sets.get("adm")!;
  assertEquals(one.f1.value, f1(...columnsOfSet("adm"), { threshold: 0.8 }));
  assertEquals(one.auc, bootstrap([run], options).sets.get("adm")!.auc);
  const each = bootstrap([run], { ...options, thresholds: [new Map([["adm", 0.8], ["sd14", 0.3]])] }).sets;
  assertEquals(each.get("adm"), one);
  assertEquals(each.get("sd14")!.accuracy.value, accuracy(...columnsOfSet("sd14"), { threshold: 0.3 }));
  const lacking = { ...options, thresholds: [new Map([["adm", 0.8]])] };
  assertThrows(() => bootstrap([run], lacking), RangeError, 'no threshold of test set "sd14"');
  assertThrows(() => bootstrap([run], { ...options, thresholds: [] }), RangeError, "found 0 thresholds of 1 runs");
});

Deno.test("usualResamples() are fewer where there are more rows than can be walked 2,000 times", () => {
  assertEquals([1, 100_000, 200_000, 1e6, 1e7].map(usualResamples), [2000, 2000, 1000, 200, 200]);
});

Deno.test("bootstrap() tells runs apart that were tested on other rows of as many sources", () => {
  const run = simulate(9, { sources: 6, generators });
  const renamed = { ...run, source: run.source.map((source) => source.replace("photo-5", "photo-6")) };
  const moved = { ...run, set: run.set.map((set, row) => row === 2 ? "sd14" : set) };
  const options = { trained: [], resamples: 1 };
  for (const other of [renamed, moved]) {
    assertThrows(() => bootstrap([run, other], options), RangeError, "expected the same rows of the same sources");
  }
});

Deno.test("bootstrap() of many rows is exact in its values, and as wide as it should be", () => {
  const rows = 110_000;
  const draw = random(10, "many");
  const label = Array.from({ length: rows }, (_, i) => i % 2);
  const score = label.map((label) => 1 / (1 + Math.exp(-(draw.normal() + 2 * label - 1))));
  const run = {
    label,
    score,
    source: label.map((_, i) => `photo-${i}`),
    set: label.map(() => null),
    corruption: label.map(() => null),
  };
  const drawn = bootstrap([run], { trained: [], resamples: 100 });
  for (const [name, { value, draws }] of Object.entries(drawn.sets.get("all")!)) {
    assertEquals(value, metrics[name as Statistic](label, score), name);
    assert(draws.every((draw) => Math.abs(draw - value) < 0.05), name);
  }
  const { value, low, high } = intervals(drawn).mean.accuracy;
  const wide = 2 * 1.96 * Math.sqrt(value * (1 - value) / rows);
  assertClose((high - low) / wide, 1, 0.3); // four standard errors of the width that 100 draws find
});
