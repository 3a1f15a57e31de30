/** Measures all suites, again where a bench stands out, or several times for a baseline. */
import type { Judged } from "./judge.ts";
import type { Answer } from "./side.ts";
import { type Suite, suiteOf, titleOf } from "./suites.ts";
import { watch, type Watching } from "./watch.ts";

/** Processor time of the turns of a bench in one process, milliseconds. */
export const BUDGET = 200;

/** What is measured, and how. */
export interface Rounds extends Pick<Watching, "form" | "only" | "budget" | "program" | "signal"> {
  readonly suites: readonly Suite[];
  /** Hears what is being measured, and what share of the suites is done. */
  readonly told: (share: number, text: string) => void;
}

/** All suites once, each in a process of its own. */
export async function measureAll(rounds: Rounds): Promise<Answer[]> {
  const { suites, told, ...watching } = rounds;
  const answers: Answer[] = [];
  for (const [i, suite] of suites.entries()) {
    const share = i / suites.length;
    told(share, suite.file);
    answers.push(...await watch(suite, { ...watching, names: null, told: ({ name }) => told(share, name) }));
  }
  return answers;
}

/**
 * Judges what was measured. A bench of which the verdict is not settled is measured again in fresh processes until it is.
 *
 * @param judged what a bench's ratios so far say, one for each process
 * @param again measures some benches once more
 */
export async function judgeAll(
  answers: readonly Answer[],
  { judged, again }: {
    readonly judged: (name: string, ratios: readonly number[]) => Judged;
    readonly again: (names: readonly string[]) => Promise<readonly Answer[]>;
  },
): Promise<Judged[]> {
  const ratios = new Map(answers.map(({ name, ratio }) => [name, [ratio]]));
  const all = (): Judged[] => [...ratios].map(([name, own]) => judged(name, own));
  const open = (): string[] => all().flatMap(({ name, settled }) => settled ? [] : [name]);
  for (let names = open(); names.length > 0; names = open()) {
    for (const { name, ratio } of await again(names)) ratios.get(name)!.push(ratio);
  }
  return all();
}

/** Measures some benches once more. */
export async function measureAgain(names: readonly string[], rounds: Rounds): Promise<Answer[]> {
  const { suites, told, ...watching } = rounds;
  const wanted = new Set(names.map(suiteOf));
  const answers: Answer[] = [];
  for (const suite of suites.filter((suite) => wanted.has(titleOf(suite)))) {
    told(1, `${suite.file} again`);
    answers.push(...await watch(suite, { ...watching, names }));
  }
  return answers;
}
