/** What was measured so far, `bench/history.jsonl`: a line for each run, which `plot.benchHistory` shows. */
import type { BenchRun } from "../../lib/report/mod.ts";
import { writeAll } from "../../lib/runs/atomic.ts";
import { commitOf } from "./checkout.ts";
import { ROOT } from "./places.ts";
import { processorName } from "./processor.ts";

/** A run of now. */
export async function historyRun(form: BenchRun["form"], ratios: ReadonlyMap<string, number>): Promise<BenchRun> {
  return {
    date: new Date().toISOString(),
    commit: await commitOf(ROOT),
    processor: await processorName(),
    deno: Deno.version.deno,
    form,
    load: Number(Deno.loadavg()[0].toFixed(2)),
    // the digits that mean something
    ratios: Object.fromEntries([...ratios].map(([name, ratio]) => [name, Number(ratio.toPrecision(4))])),
  };
}

/** Puts runs behind those that stand in the file. */
export async function appendHistory(file: string, runs: readonly BenchRun[]): Promise<void> {
  using opened = await Deno.open(file, { append: true, create: true });
  await writeAll(opened, new TextEncoder().encode(runs.map((run) => `${JSON.stringify(run)}\n`).join("")));
}

/**
 * Reads what {@linkcode appendHistory} wrote; nothing where there is no file.
 *
 * @throws {SyntaxError} when a line is no JSON; names it
 */
export async function readHistory(file: string): Promise<BenchRun[]> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as BenchRun];
    } catch (error) {
      throw new SyntaxError(`Cannot read "${file}", line ${i + 1}: it is not JSON (${(error as Error).message})`);
    }
  });
}
