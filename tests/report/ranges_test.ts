import { cost } from "../../lib/report/cost.ts";
import { ensemble } from "../../lib/report/ensemble.ts";
import { robustness, type RobustnessRow } from "../../lib/report/robustness.ts";
import { type TimestepError, timesteps } from "../../lib/report/timesteps.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

interface Line {
  name: string;
  x: number[];
  y: number[];
  xaxis: string;
  fill?: string;
  text: string[];
  showlegend: boolean;
  customdata: number[][];
  error_x: { array: number[]; arrayminus: number[] };
  error_y?: { array: number[]; arrayminus: number[] };
}

const lines = (data: unknown): Line[] => (data as Line[]).filter(({ fill }) => fill === undefined);
const at = (value: number) => ({ value, low: value - 0.1, high: value + 0.05 });

Deno.test("cost() marks the median between the fastest and the slowest, and how many times the cheapest it is", () => {
  const [a, b] = lines(cost([{ name: "a", seconds: [0.04, 0.06, 0.05] }, { name: "<b>", seconds: [2, 3] }]).data);
  assertEquals([a.x, b.x, b.name], [[0.05], [2.5], "&lt;b&gt;"]);
  assertClose([a.error_x.array[0], a.error_x.arrayminus[0]], [0.01, 0.01], 1e-12);
  assertEquals([a.text, b.text], [["50 ms"], ["2.5 s, 50 ×"]]);
  assertThrows(() => cost([{ name: "a", seconds: [0] }]), RangeError, 'the cost of "a": found 0 s');
  assertThrows(() => cost([{ name: "a", seconds: [] }]), RangeError, "found no measurement");
});

Deno.test("ensemble() goes by rising size in both panels, with its intervals", () => {
  const row = (size: number) => ({ method: "m", size, seconds: size / 10, accuracy: at(1 - 0.2 / size) });
  const { data } = ensemble([row(4), row(1)]);
  const [bySize, byCost] = lines(data);
  assertEquals([bySize.x, byCost.x, bySize.y], [[1, 4], [0.1, 0.4], [0.8, 0.95]]);
  assertClose(bySize.customdata[0], [0.7, 0.85], 1e-12);
  assertThrows(() => ensemble([{ ...row(1), seconds: 0 }]), RangeError, "in 0 s");
});

Deno.test("robustness() has a panel for each corruption, and what is harder further right", () => {
  const row = (corruption: string, strength: number, set = "mean"): RobustnessRow => {
    return { corruption, strength, set, metric: at(0.8) };
  };
  const { data, layout } = robustness([row("jpeg", 50), row("jpeg", 90), row("blur", 1), row("odd<", 2)]);
  assertEquals(lines(data).map(({ xaxis }) => xaxis), ["x", "x2", "x3"]);
  assertEquals(lines(data)[0].x, [50, 90]);
  assertEquals([layout.xaxis?.autorange, layout.xaxis2?.autorange], ["reversed", undefined]);
  const title = layout.xaxis3?.title;
  assertEquals(typeof title === "object" && title.text, "odd&lt;, strength");
  assertThrows(() => robustness([row("jpeg", 50), row("jpeg", 50)]), RangeError, 'two rows of "mean" under jpeg 50');
});

Deno.test("robustness() has images as they are for a level, and knows the last of several steps", () => {
  const row = (corruption: string, strength: number) => ({ corruption, strength, set: "mean", metric: at(0.8) });
  const { data, layout } = robustness([row("none", NaN), row("crop-0.8+jpeg on fakes", 50), row("odd", NaN)]);
  assertEquals(lines(data).map(({ x, showlegend }) => [x, showlegend]), [
    [[37.5, 62.5], false],
    [[-1, 1], false],
    [[50], true],
    [[0], false],
  ]);
  const title = layout.xaxis?.title;
  assertEquals([typeof title === "object" && title.text, layout.xaxis?.autorange], ["JPEG quality", "reversed"]);
  assertThrows(() => robustness([row("none", NaN)]), RangeError, "images as they are alone");
});

Deno.test("robustness() draws the interval of a strength that is alone as a bar, of several as a ground", () => {
  const row = (strength: number) => ({ corruption: "jpeg", strength, set: "mean", metric: at(0.8) });
  const drawn = (rows: RobustnessRow[]) => robustness(rows).data as unknown as Line[];
  const [alone, ...none] = drawn([row(50)]);
  assertEquals(none, []);
  assertClose([alone.error_y!.array[0], alone.error_y!.arrayminus[0]], [0.05, 0.1], 1e-9);
  const [ground, line] = drawn([row(50), row(90)]);
  assertEquals([ground.fill, line.error_y], ["toself", undefined]);
});

Deno.test("robustness() names lines by method, by set where there is one method, and by both", () => {
  const row = (method: string, set: string) => ({ method, corruption: "blur", strength: 1, set, metric: at(0.8) });
  const names = (rows: RobustnessRow[]) => lines(robustness(rows).data).map(({ name }) => name).join("; ");
  assertEquals(names([row("a", "A"), row("a", "B")]), "A; B");
  assertEquals(names([row("a", "A"), row("b", "A")]), "a; b");
  assertEquals(names([row("a", "A"), row("b", "B")]), "a, A; b, B");
});

Deno.test("timesteps() are means over images, and their difference is that of the means", () => {
  const errors = (["real", "fake"] as const).flatMap((label) =>
    [0, 1, 2].flatMap((image) =>
      [10, 5].map((timestep): TimestepError => ({
        id: `${label}${image}`,
        label,
        timestep,
        error: timestep * (label === "real" ? 2 : 1) + image,
      }))
    )
  );
  const [real, fake, apart] = lines(timesteps(errors).data);
  assertEquals([real.x, real.y, fake.y, apart.y], [[5, 10], [11, 21], [6, 11], [5, 10]]);
  assert(real.customdata.every(([low, high], i) => low < real.y[i] && real.y[i] < high));
  assertThrows(() => timesteps(errors.slice(0, 2)), RangeError, "1 photographs and 0 fakes");
});
