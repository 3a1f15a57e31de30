/** Measures all suites, again where a bench stands out, or several times for a baseline. */
import { judge, type Judged } from "./judge.ts";
import type { Answer } from "./side.ts";
import { type Suite, suiteOf, titleOf } from "./suites.ts";
import { watch, type Watching } from "./watch.ts";

/** Ratios of benches by name, one for each process that measured it. */
export type Ratios = Map<string, number[]>;

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

/** What benches are held against. */
export type Before = (name: string) => { readonly ratio: number; readonly band: number } | null;

/** Most processes that measure a bench before it is called slower or faster. */
export const MOST_PROCESSES = 7;

/**
 * Holds what was measured against the baseline. A bench that stands out is measured again in fresh processes until one of
 * them finds it within its band, or {@linkcode MOST_PROCESSES} have not: the same code may be compiled or laid out in
 * memory worse in one process than in most, and a process may be disturbed from its beginning to its end.
 *
 * @param again measures some benches of a suite once more, each side of the comparison
 */
export async function judgeAll(
  answers: readonly Answer[],
  { before, again, least = 1 }: {
    readonly before: Before;
    readonly again: (names: readonly string[]) => Promise<readonly Answer[]>;
    /** Processes that measure each bench in any case. */
    readonly least?: number;
  },
): Promise<Judged[]> {
  const ratios: Ratios = new Map(answers.map(({ name, ratio }) => [name, [ratio]]));
  const judged = (): Judged[] => [...ratios].map(([name, own]) => judge(name, own, before(name)));
  const standOut = (): string[] =>
    judged().flatMap(({ name, verdict, processes }) =>
      processes < (verdict === "slower" || verdict === "faster" ? MOST_PROCESSES : least) ? [name] : []
    );
  for (let names = standOut(); names.length > 0; names = standOut()) {
    for (const { name, ratio } of await again(names)) ratios.get(name)!.push(ratio);
  }
  return judged();
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
