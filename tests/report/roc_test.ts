import { calibration } from "../../lib/report/calibration.ts";
import { roc } from "../../lib/report/roc.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

interface Line {
  name: string;
  x: number[];
  y: number[];
  xaxis: string;
  fill?: string;
  customdata: number[][];
  error_y?: { array: number[]; arrayminus: number[] };
}

Deno.test("roc() has a curve of each method in both panels within its interval, which more images narrow", () => {
  const lines = roc(syntheticAblation({ seeds: [1, 2] })).data as unknown as Line[];
  const curves = lines.filter(({ fill, customdata }) => fill === undefined && customdata !== undefined);
  assertEquals(curves.map(({ xaxis }) => xaxis).join(), "x,x2,x,x2,x,x2,x,x2");
  assert(curves.every(({ y, customdata }) => y.every((v, i) => customdata[i][0] <= v && v <= customdata[i][1])));
  const width = (sources: number): number => {
    const [, , , { customdata, x }] = roc([syntheticRecord({ name: "one", sources })]).data as unknown as Line[];
    const [low, high] = customdata[x.indexOf(0.1)];
    return high - low;
  };
  assert(width(400) < 0.6 * width(40), `${width(400)} of ${width(40)}`);
});

Deno.test("roc() tells the AUC, of one test set where one is named", () => {
  const record = syntheticRecord({ name: "<dual>" });
  const names = [null, "B"].map((set) => (roc([record], { set }).data as unknown as Line[])[3].name);
  assert(names.every((name) => /^&lt;dual&gt;, AUC \d\d\.\d %$/.test(name)), String(names));
  assert(names[0] !== names[1]);
  assertThrows(() => roc([record], { set: "b" }), RangeError, "the test sets are");
});

Deno.test("calibration() lies on the diagonal where probabilities are true", () => {
  const { data } = calibration([calibrated(4000)], { bins: 5 });
  const [, { x, y, error_y, name }, { y: counts }] = data as unknown as Line[];
  assertEquals(x.length, 5);
  assertClose(y, x, 0.06);
  assert(error_y!.array.every((up, i) => up > 0 && error_y!.arrayminus[i] > 0 && up < 0.1));
  assertClose(counts.slice(0, 5), [0.2, 0.2, 0.2, 0.2, 0.2], 1e-12);
  assert(/ECE [0-3]\.\d %$/.test(name), name);
});

Deno.test("calibration() leaves out empty bins and refuses odd numbers of them", () => {
  const record = calibrated(50);
  const half = { ...record, scores: { ...record.scores, score: record.scores.score.map((one) => one / 2) } };
  const [, { x }] = calibration([half], { bins: 4 }).data as unknown as Line[];
  assertEquals(x.length, 2);
  assertThrows(() => calibration([record], { bins: 1 }), RangeError, "from 2 to 50");
});

/** Probabilities spread evenly, each as often right as it says. */
function calibrated(rows: number) {
  const record = syntheticRecord({ name: "true" });
  const score = Array.from({ length: rows }, (_, i) => (i + 0.5) / rows);
  // golden-ratio steps: evenly spread over any stretch of the scores
  const label = score.map((one, i) => i * 0.6180339887 % 1 < one ? 1 : 0);
  const same = <T>(value: T): T[] => score.map(() => value);
  const id = score.map((_, i) => String(i));
  const scores = { id, source: id, generator: same(null), set: same(null), corruption: same(null), label, score };
  return { ...record, scores };
}
