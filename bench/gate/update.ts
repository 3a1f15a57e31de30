/** A new baseline. */
import { exitCodes } from "../../lib/cli/help.ts";
import { print } from "../../lib/cli/print.ts";
import type { Progress } from "../../lib/terminal/progress.ts";
import { type Baseline, knownOf, readBaseline, renewed, writeBaseline } from "./baseline.ts";
import { commitOf } from "./checkout.ts";
import { appendHistory, historyRun } from "./history.ts";
import { judge } from "./judge.ts";
import { files, ROOT } from "./places.ts";
import { processorName } from "./processor.ts";
import { measureAll, type Rounds } from "./rounds.ts";
import type { Answer } from "./side.ts";
import { checkTable } from "./table.ts";

/** Measures so many times and writes the baseline of this processor. */
export async function update(
  rounds: Rounds,
  { runs, bar }: { readonly runs: number; readonly bar: Progress },
): Promise<number> {
  const commit = await commitOf(ROOT);
  if (commit === null || commit.endsWith("+changes")) {
    throw new Error(
      `Cannot write a baseline of ${commit ?? "files without git"}: on other processors the commit that changed the ` +
        "baseline is measured in its place. Commit the code first, then write the baseline and commit that by itself",
    );
  }
  const [processor, cores] = [await processorName(), navigator.hardwareConcurrency];
  const found = new Map<string, Answer[]>();
  for (let run = 0; run < runs; run++) {
    const told = (share: number, text: string) => rounds.told((run + share) / runs, `run ${run + 1}: ${text}`);
    const answers = await measureAll({ ...rounds, told });
    for (const answer of answers) found.set(answer.name, [...(found.get(answer.name) ?? []), answer]);
    const ratios = new Map(answers.map(({ name, ratio }) => [name, ratio]));
    await appendHistory(files.history, [await historyRun(rounds.form, ratios)]);
  }
  if (found.size === 0) throw new RangeError(`Cannot write a baseline: no name contains "${rounds.only}"`);
  const before = await readBaseline(files.baseline).catch((error): Baseline => {
    if (error instanceof Deno.errors.NotFound) return { format: 1, processors: {} };
    throw error;
  });
  const how = { date: new Date().toISOString(), commit, deno: Deno.version.deno, runs, cores };
  const benches = Object.fromEntries([...found].map(([name, answers]) => [name, knownOf(answers)]));
  const old = before.processors[processor];
  const whole = rounds.form === "full" && rounds.only === "";
  const entry = renewed(old, { how, benches }, { whole });
  await writeBaseline(files.baseline, { ...before, processors: { ...before.processors, [processor]: entry } });
  bar[Symbol.dispose]();
  const rows = Object.entries(benches).map(([name, { ratio, band }]) => ({
    ...judge(name, [ratio], old?.benches[name] ?? null),
    band,
  }));
  print(`\n${checkTable(rows)}\n\nWritten to bench/baseline.json, for "${processor}": commit it by itself`);
  return exitCodes.done;
}
