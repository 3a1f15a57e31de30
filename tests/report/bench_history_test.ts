import { benchHistory, type BenchRun } from "../../lib/report/bench_history.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";

const base = { commit: "0123456789", processor: "EPYC", deno: "2.9.6", form: "short", load: 1 } as const;

function run(day: number, ratios: Record<string, number>, changes: Partial<BenchRun> = {}): BenchRun {
  return { ...base, date: `2026-11-0${day}T08:00:00Z`, ratios, ...changes };
}

interface Line {
  readonly name: string;
  readonly mode: string;
  readonly x: number[];
  readonly y: number[];
  readonly customdata?: [number, number][];
  readonly xaxis: string;
  readonly showlegend: boolean;
}

/** The lines without the grounds of their intervals. */
function linesOf(figure: ReturnType<typeof benchHistory>): Line[] {
  return (figure.data as unknown as Line[]).filter(({ customdata }) => customdata !== undefined);
}

Deno.test("benchHistory() draws of each suite the median change and its ends, oldest run first", () => {
  const figure = benchHistory([
    run(2, { "k: a": 3, "k: b": 1, "l: a": 5 }),
    run(1, { "k: a": 2, "k: b": 1, "l: a": 4 }),
  ]);
  const [k, l] = linesOf(figure);
  assertEquals([k.name, l.name, k.x], ["k", "l", [1, 2]]);
  assertClose(k.y, [0, 0.25], 1e-12); // +50 % and 0 %
  assertClose(k.customdata!.flat(), [0, 0, 0, 0.5], 1e-12);
  assertClose(l.y, [0, 0.25], 1e-12);
});

Deno.test("benchHistory() compares on each processor with its own first run, of each bench by itself", () => {
  const runs = [
    run(1, { "k: a": 2 }),
    run(2, { "k: a": 2, "k: b": 7 }),
    run(3, { "k: b": 14 }),
    run(1, { "k: a": 9 }, { processor: "Xeon" }),
  ];
  const [epyc, xeon] = linesOf(benchHistory(runs));
  assertEquals([epyc.y, xeon.y], [[0, 0, 1], [0]]);
  assertEquals([epyc.xaxis, xeon.xaxis, epyc.showlegend, xeon.showlegend], ["x", "x2", true, false]);
  const [only] = linesOf(benchHistory(runs, { benches: ["k: b"] }));
  assertEquals([only.name, only.x, only.y], ["k: b", [2, 3], [0, 1]]);
});

Deno.test("benchHistory() refuses no runs, and a bench that none has", () => {
  assertThrows(() => benchHistory([]), RangeError, "no run");
  assertThrows(() => benchHistory([run(1, { "k: a": 2 })], { benches: ["k: z"] }), RangeError, '"k: z"');
});
