/** The systems whose results are told: what they are, and which of their runs there are. */
import { fingerprint } from "../definition/fingerprint.ts";
import { meant } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import type { Claim, PublishedFigure } from "../report/mod.ts";
import type { RunRecord } from "../types.ts";
import { UsageError } from "./command.ts";
import { load } from "./places.ts";

/** A system, as `experiments/systems.ts` has it. */
export interface System {
  readonly title: string;
  /** Path of its file from the root of the checkout. */
  readonly file: string;
  /** The published recipe at full size. */
  readonly recipe: () => Experiment;
  readonly published: {
    /** Where it was published, in words. */
    readonly source: string;
    readonly figures: readonly PublishedFigure[];
  };
  /** The variants of the headline ablation on the pocket world, each a step on from the one before. */
  readonly pocket: Readonly<Record<string, (free: { readonly seed: number }) => Experiment>>;
  /** The two variants whose paired difference answers what the system claims. */
  readonly question: { readonly of: string; readonly against: string };
  readonly claims: readonly Claim[];
}

/** Systems by the names that `--systems` takes, in the order in which they are told. */
export type Systems = Readonly<Record<string, System>>;

type Table = typeof import("../../experiments/systems.ts");

/** All systems of this checkout. */
export async function allSystems(): Promise<Systems> {
  return (await load<Table>("experiments/systems.ts")).systems;
}

/**
 * The systems that `--systems A,B` names, in the order of the table; all where it is not given.
 *
 * @throws {UsageError} for an unknown name, with the nearest one, and for none
 */
export function chosenSystems(systems: Systems, typed: string | undefined): Systems {
  if (typed === undefined) return systems;
  const known = Object.keys(systems);
  const names = typed.split(",").map((name) => name.trim()).filter((name) => name !== "");
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `Cannot read "--systems ${typed}": unknown system "${name}", ${meant(name, known, "systems")}`,
    );
  }
  if (names.length === 0) throw new UsageError(`Cannot read "--systems": expected some of ${known.join(", ")}`);
  return Object.fromEntries(known.filter((name) => names.includes(name)).map((name) => [name, systems[name]]));
}

/** The definitions of a system's variants under one seed, by name. */
export function variantsOf({ pocket }: Pick<System, "pocket">, seed: number): Map<string, Experiment> {
  return new Map(Object.entries(pocket).map(([name, make]) => [name, make({ seed })]));
}

/** The same the other way round: the variant that a definition is, by fingerprint. */
export function printsOf(system: Pick<System, "pocket">, seed: number): Map<string, string> {
  return new Map([...variantsOf(system, seed)].map(([name, experiment]) => [fingerprint(experiment), name]));
}

/** A record under its variant's name, which is what tables of its system call it. */
export function asVariant(record: RunRecord, name: string): RunRecord {
  return record.experiment.name === name ? record : { ...record, experiment: { ...record.experiment, name } };
}
