/** The finished runs of systems in a runs folder. */
import { type FinishedRun, isFinished, listRuns } from "../runs/index.ts";
import { readRecord } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import { shown } from "./places.ts";
import { asVariant, printsOf, type System, type Systems } from "./systems.ts";

/** A system and its finished runs. */
export interface SystemRuns {
  /** Its name in the table. */
  readonly key: string;
  readonly system: System;
  /** The same for every variant, rising. */
  readonly seeds: readonly number[];
  /** Variant by variant, by rising seed, each under its variant's name. */
  readonly records: readonly RunRecord[];
}

interface Found {
  readonly key: string;
  readonly system: System;
  readonly variants: ReadonlyMap<string, FinishedRun[]>;
}

/**
 * The finished runs of every variant of some systems, as they are defined now.
 *
 * @param world hash of the pocket world on which they have to be made
 * @throws {Error} when a variant has none, or not the seeds of the others of its system; when a definition was run twice;
 * and for runs on another world
 */
export async function systemRuns(
  runs: string,
  { systems, world }: { readonly systems: Systems; readonly world: string },
): Promise<SystemRuns[]> {
  const { found, others } = await finished(runs, systems);
  refuseGaps(found, { runs, others });
  refuseTwice(found);
  return await Promise.all(found.map(async ({ key, system, variants }): Promise<SystemRuns> => {
    const named = [...variants].flatMap(([name, own]) => own.map((run) => ({ name, run })));
    const records = await Promise.all(
      named.map(async ({ name, run }) => asVariant(await readRecord(run.folder), name)),
    );
    refuseOtherWorlds(records, { world, runs });
    return { key, system, records, seeds: [...variants.values()][0].map(({ seed }) => seed) };
  }));
}

/** By system and variant, by rising seed; and how many finished runs are of no variant. */
async function finished(runs: string, systems: Systems): Promise<{ found: Found[]; others: number }> {
  const found = Object.entries(systems).map(([key, system]): Found => ({
    ...{ key, system },
    variants: new Map(Object.keys(system.pocket).map((name) => [name, []])),
  }));
  const prints = new Map<number, Map<string, string>[]>(); // by seed: the variants of each system by fingerprint
  let others = 0;
  for await (const run of listRuns(runs)) {
    if (!isFinished(run)) continue;
    const known = prints.get(run.seed) ?? found.map(({ system }) => printsOf(system, run.seed));
    prints.set(run.seed, known);
    const names = known.map((variants) => variants.get(run.fingerprint));
    if (names.every((name) => name === undefined)) others++;
    for (const [i, name] of names.entries()) if (name !== undefined) found[i].variants.get(name)!.push(run);
  }
  for (const { variants } of found) for (const own of variants.values()) own.sort((a, b) => a.seed - b.seed);
  return { found, others };
}

function refuseGaps(
  found: readonly Found[],
  { runs, others }: { readonly runs: string; readonly others: number },
): void {
  const seedsOf = (own: readonly FinishedRun[]): string => [...new Set(own.map(({ seed }) => seed))].join(", ");
  const wanting = found.filter(({ variants }) => {
    const seeds = [...variants.values()].map(seedsOf);
    return seeds.includes("") || new Set(seeds).size > 1;
  });
  if (wanting.length === 0) return;
  const there = wanting.map(({ key, variants }) =>
    `  ${key}:\n${
      [...variants].map(([name, own]) => `    ${name}: ${own.length === 0 ? "none" : `seeds ${seedsOf(own)}`}`).join(
        "\n",
      )
    }`
  ).join("\n");
  const foreign = others === 1 ? "1 finished run of another definition" : `${others} finished runs of others`;
  const most = Math.max(3, ...wanting.flatMap(({ variants }) => [...variants.values()].flat().map(({ seed }) => seed)));
  throw new Error(
    `Cannot write the results of runs in "${shown(runs)}": expected every variant of a system under the same seeds, ` +
      `found\n${there}\n${others === 0 ? "" : `and ${foreign}. `}Make what is missing with: ` +
      `deno task demo --all --systems ${wanting.map(({ key }) => key).join(",")} --seeds ${most}`,
  );
}

/** The same definition on other data is another run: which of the two is meant nobody here knows. */
function refuseTwice(found: readonly Found[]): void {
  for (const { variants } of found) {
    for (const [name, own] of variants) {
      const again = own.find(({ seed }, i) => own[i - 1]?.seed === seed);
      if (again === undefined) continue;
      const folders = own.filter(({ seed }) => seed === again.seed).map(({ folder }) => `  ${shown(folder)}`);
      throw new Error(
        `Cannot write the results of "${name}", seed ${again.seed}: it was run on different data, in\n` +
          `${folders.join("\n")}\nExpected one run of each seed. Move the others away`,
      );
    }
  }
}

/** Results speak of the world that a reader has. */
function refuseOtherWorlds(records: readonly RunRecord[], { world, runs }: { world: string; runs: string }): void {
  const other = records.find(({ environment }) => environment.hashes.pocket !== world);
  if (other === undefined) return;
  const { experiment: { name, seed }, environment } = other;
  throw new Error(
    `Cannot write the results of "${name}", seed ${seed}, in "${shown(runs)}": it was made on the pocket world ` +
      `${environment.hashes.pocket?.slice(0, 12) ?? "of no hash"}, the one shipped is ${world.slice(0, 12)}. ` +
      "Move the runs away or name another folder with --runs, and make them with: deno task demo --all",
  );
}
