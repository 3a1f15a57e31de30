/** A check: what was measured beside the baseline, or beside an older commit. */
import { join } from "node:path";
import { exitCodes } from "../../lib/cli/help.ts";
import { print } from "../../lib/cli/print.ts";
import { duration } from "../../lib/report/numbers.ts";
import type { Progress } from "../../lib/terminal/progress.ts";
import { type Entry, readBaseline } from "./baseline.ts";
import { checkout, lastChange } from "./checkout.ts";
import { appendHistory, historyRun } from "./history.ts";
import { judge, type Judged, judgeTurns, PROCESSES, TURNS } from "./judge.ts";
import { files, ROOT } from "./places.ts";
import { processorName } from "./processor.ts";
import { judgeAll, measureAgain, measureAll, type Rounds } from "./rounds.ts";
import type { Answer } from "./side.ts";
import { suiteOf, titleOf } from "./suites.ts";
import { checkSentence, checkTable } from "./table.ts";

/** Compares; resolves to the exit code. */
export async function check(
  rounds: Rounds,
  { against, bar }: { readonly against: string | undefined; readonly bar: Progress },
): Promise<number> {
  const began = performance.now();
  const [processor, baseline] = await Promise.all([processorName(), readBaseline(files.baseline)]);
  const entry = baseline.processors[processor];
  const measuredWith = () => lastChange(ROOT, "bench/baseline.json");
  const other = against ?? (entry === undefined ? await measuredWith() : null);
  if (against === undefined && entry === undefined) {
    bar.say(
      `The baseline does not know the processor "${processor}", only ${Object.keys(baseline.processors).join("; ")}: ` +
        `commit ${
          other!.slice(0, 12)
        } is measured beside. To keep one of this processor: deno task bench:check --update`,
    );
  }
  const rows = other === null
    ? await confirmed(await againstEntry(rounds, entry), rounds, await measuredWith())
    : await againstCommit(rounds, { commit: other, bar });
  bar[Symbol.dispose]();
  if (rows.length === 0) throw new RangeError(`Cannot check benches: no name contains "${rounds.only}"`);
  print(`\n${checkTable(rows)}\n\n${checkSentence(rows, { against: other ?? "the baseline of this processor" })}`);
  print(`${duration((performance.now() - began) / 1000)}, load ${Deno.loadavg()[0].toFixed(1)}, ${processor}`);
  if (rounds.only === "") {
    const ratios = new Map(rows.flatMap(({ name, ratio }) => ratio === null ? [] : [[name, ratio]]));
    await appendHistory(files.history, [await historyRun(rounds.form, ratios)]);
  }
  return rows.some(({ verdict }) => verdict === "slower") ? exitCodes.error : exitCodes.done;
}

/** Holds what is measured now against a baseline. */
export async function againstEntry(rounds: Rounds, { benches }: Entry): Promise<Judged[]> {
  const answers = await measureAll(rounds);
  const judged = await judgeAll(answers, {
    judged: (name, ratios) => judge(name, ratios, benches[name] ?? null),
    again: (names) => measureAgain(names, rounds),
  });
  if (rounds.form === "short" || rounds.only !== "") return judged;
  const [titles, found] = [new Set(rounds.suites.map(titleOf)), new Set(answers.map(({ name }) => name))];
  const gone = Object.keys(benches).filter((name) => titles.has(suiteOf(name)) && !found.has(name));
  return [...judged, ...gone.map((name) => judge(name, [], benches[name]))];
}

/**
 * The same rows, of which those that were called slower are held once more against the commit that the baseline is of,
 * measured beside in turns: what a shared machine does to one kernel may last for minutes, and then does it to both.
 */
export async function confirmed(
  rows: readonly Judged[],
  rounds: Rounds,
  commit: string,
): Promise<readonly Judged[]> {
  const names = rows.flatMap(({ name, verdict }) => verdict === "slower" ? [name] : []);
  if (names.length === 0) return rows;
  await using old = await checkout(ROOT, commit);
  const { again, inTurns } = await beside(rounds, { folder: old.folder, commit });
  const judged = await judgeAll(await again(names), { judged: inTurns(TURNS.near), again });
  return rows.map((row) => judged.find(({ name }) => name === row.name) ?? row);
}

/** Both sides are measured, suite by suite in turns. */
export async function againstCommit(
  rounds: Rounds,
  { commit, bar }: { readonly commit: string; readonly bar: Progress },
): Promise<Judged[]> {
  bar.say(`Taking commit ${commit.slice(0, 12)} out of the repository`);
  await using old = await checkout(ROOT, commit);
  const { program, keep, again, inTurns } = await beside(rounds, { folder: old.folder, commit });
  const answers: Answer[] = [];
  for (const [i, suite] of rounds.suites.entries()) {
    const told = (_: number, text: string) => rounds.told(i / rounds.suites.length, text);
    const one = { ...rounds, suites: [suite], told };
    keep(await measureAll({ ...one, program }));
    answers.push(...await measureAll(one));
  }
  return await judgeAll(answers, { judged: inTurns(PROCESSES.near), again });
}

/** An older checkout as the other side. */
async function beside(
  rounds: Rounds,
  { folder, commit }: { readonly folder: string; readonly commit: string },
) {
  const program = join(folder, "bench/gate/side.ts");
  if (!await Deno.stat(program).then(() => true, () => false)) {
    throw new Error(
      `Cannot compare with commit ${commit}: it has no "bench/gate/side.ts". Name one that has, or a later`,
    );
  }
  const known = new Map<string, number[]>();
  const keep = (answers: readonly Answer[]): void => {
    for (const { name, ratio } of answers) known.set(name, [...(known.get(name) ?? []), ratio]);
  };
  /** What turns say, of which so many are wanted at least; a bench that the older code does not have is new. */
  const inTurns = (least: number) => (name: string, ratios: readonly number[]): Judged => {
    const others = known.get(name);
    if (others === undefined) return judge(name, ratios, null);
    return judgeTurns(name, ratios.map((own, i) => ({ own, other: others[i] })), least);
  };
  const again = async (names: readonly string[]): Promise<Answer[]> => {
    keep(await measureAgain(names, { ...rounds, program }));
    return await measureAgain(names, rounds);
  };
  return { program, keep, inTurns, again };
}
