import type { Data, Layout } from "plotly.js-dist";
import { type Figure, figure, look, plotlyText } from "./figure.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { rangeLine } from "./ranges.ts";

/** What benches came to in one run of them, as a line of `bench/history.jsonl` has it. */
export interface BenchRun {
  /** When, as ISO 8601 has it. */
  readonly date: string;
  /** Of the code that was measured, "+changes" behind it where it had any; null without git. */
  readonly commit: string | null;
  /** Model of the processor; runs on another are another panel. */
  readonly processor: string;
  /** Version of Deno, whose V8 compiles what is measured. */
  readonly deno: string;
  /** Whether all benches were run, or those of the short form. */
  readonly form: "short" | "full";
  /** Processes that wanted a core, over the minute before. */
  readonly load: number;
  /** Processor time over that of a reference computation, by the bench's name; its suite stands before the first ": ". */
  readonly ratios: Readonly<Record<string, number>>;
}

/** What is drawn. */
export interface BenchHistoryOptions {
  /** Names of benches, each drawn as a line of its own; left out: a line for each suite. */
  readonly benches?: readonly string[];
}

/** Runs that are named below the axis, at most. */
const NAMED = 4;

/**
 * How the times of benches changed from run to run, beside the first run on the same processor that had them: a line for
 * each suite, the median of its benches, on the ground from the one that gained most to the one that lost most; or a line
 * for each bench that is named. A panel for each processor.
 *
 * @throws {RangeError} when there is no run, or none has a bench that is named
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const run = { commit: null, processor: "EPYC", deno: "2.9.6", form: "short", load: 0.5 } as const;
 * plot.benchHistory([
 *   { ...run, date: "2026-11-26T08:00:00Z", ratios: { "kernels on wasm: softmax": 1.32, "losses on wasm: auc": 4.1 } },
 *   { ...run, date: "2026-11-27T08:00:00Z", ratios: { "kernels on wasm: softmax": 1.21, "losses on wasm: auc": 4.2 } },
 * ]);
 * ```
 */
export function benchHistory(runs: readonly BenchRun[], { benches }: BenchHistoryOptions = {}): Figure {
  if (runs.length === 0) throw new RangeError("Cannot plot benches: found no run, expected at least one");
  const missing = benches?.find((name) => runs.every(({ ratios }) => ratios[name] === undefined));
  if (missing !== undefined) throw new RangeError(`Cannot plot the bench "${missing}": no run has it`);
  const known = [...new Set(runs.flatMap(({ ratios }) => Object.keys(ratios)))];
  const lines = benches ?? [...new Set(known.map(suite))];
  const panels = [...Map.groupBy(runs, ({ processor }) => processor)].map(([processor, own]) => ({
    processor,
    own: own.toSorted((a, b) => a.date < b.date ? -1 : 1),
  }));
  const told = new Set<string>();
  const data = panels.flatMap(({ own }, panel) =>
    lines.flatMap((line, i): Data[] => {
      const names = benches === undefined ? known.filter((name) => suite(name) === line) : [line];
      const band = changes(own, names);
      if (band.value.every(Number.isNaN)) return [];
      const legend = !told.has(line);
      told.add(line);
      return rangeLine({
        ...{ name: plotlyText(line), group: String(i), x: own.map((_, run) => run + 1), band, look: look(i), legend },
        axes: axisNames(panel),
        hover: "run %{x}: %{y:+.1%} [%{customdata[0]:+.1%}, %{customdata[1]:+.1%}]",
      });
    })
  );
  const layout = panelLayout(panels.map(({ processor }) => `<b>${plotlyText(processor)}</b>`), {
    ...{ across: panels.map(() => "run, oldest first"), up: "change of time, %", names: lines, form: "+.0%" },
  });
  const axes = panels.map(({ own }, panel) => {
    const name = axisNames(panel).xaxis.replace("x", "xaxis") as "xaxis";
    return [name, { ...layout[name], ...runTicks(own) }];
  });
  return figure(data, { ...layout, ...Object.fromEntries(axes), margin: { ...layout.margin, r: 36, b: 88 } });
}

/** What a bench's name begins with. */
function suite(name: string): string {
  return name.split(": ")[0];
}

/** Of each run, the change of some benches beside their first: the median, the lowest and the highest. */
function changes(runs: readonly BenchRun[], names: readonly string[]): Record<"value" | "low" | "high", number[]> {
  const first = new Map(
    names.map((name) => [name, runs.find(({ ratios }) => ratios[name] !== undefined)?.ratios[name]]),
  );
  const sorted = runs.map(({ ratios }) =>
    names.flatMap((name) => ratios[name] === undefined ? [] : [ratios[name] / first.get(name)! - 1]).sort((a, b) =>
      a - b
    )
  );
  return {
    value: sorted.map((own) => own.length === 0 ? NaN : (own[(own.length - 1) >> 1] + own[own.length >> 1]) / 2),
    low: sorted.map((own) => own[0] ?? NaN),
    high: sorted.map((own) => own[own.length - 1] ?? NaN),
  };
}

/** Days and commits below some of the runs, the first and the last among them. */
function runTicks(runs: readonly BenchRun[]): Partial<Layout["xaxis"]> {
  const step = Math.max(1, Math.ceil((runs.length - 1) / (NAMED - 1)));
  const at = runs.flatMap((_, i) => (runs.length - 1 - i) % step === 0 ? [i] : []);
  return {
    tickmode: "array",
    tickvals: at.map((i) => i + 1),
    ticktext: at.map((i) => `${day(runs[i].date)}<br>${runs[i].commit?.slice(0, 7) ?? ""}`),
  };
}

/** "21 Nov", since years do not fit below narrow panels. */
function day(date: string): string {
  return new Date(date).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
