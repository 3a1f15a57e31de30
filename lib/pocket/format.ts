/** What `world.json` holds: types only, so that the layout can read a world without what makes one. */
import type { Split } from "../types.ts";
import type { PlacedPhotograph } from "./photographs.ts";
import type { Cutting, Position } from "./patches.ts";

/** The pocket world: which photographs, patches and generators there are, and the hash of every file. */
export interface World {
  readonly format: 1;
  /** SHA-256 of the canonical JSON of everything else here; as files are named with their own, of the whole world. */
  readonly hash: string;
  readonly settings: Settings;
  readonly photographs: readonly PlacedPhotograph[];
  /** By name. */
  readonly trainings: Readonly<Record<string, TrainingCard>>;
  /** By id. */
  readonly generators: Readonly<Record<string, GeneratorCard>>;
  readonly sheets: readonly Sheet[];
  /** SHA-256 by path inside the world's folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** How photographs became patches. */
export interface Settings {
  readonly seed: number;
  /** Shorter side of a photograph before it is cut, in pixels. */
  readonly shortSide: number;
  readonly cutting: Cutting;
  /** Patches in one row of a sheet. */
  readonly columns: number;
}

/** What is known of one training. */
export interface TrainingCard {
  /** Everything that decides its weights, as `generators.ts` gives it. */
  readonly course: unknown;
  /** File of its weights. */
  readonly weights: string;
  /** Errors of its first steps: mean squared, of pixels or of noise. */
  readonly begun: readonly number[];
}

/** What is known of one generator. */
export interface GeneratorCard {
  /** Prose: what it is. */
  readonly about: string;
  /** How it makes fakes from photographs, as `generators.ts` gives it. */
  readonly settings: unknown;
  /** Names of the trainings whose weights it uses. */
  readonly trainings: readonly string[];
}

/** One file of patches of one group, `settings.columns` in a row. */
export interface Sheet {
  /** Path inside the world's folder. */
  readonly file: string;
  readonly split: Split;
  /** What its patches are. */
  readonly group: PatchGroup;
  /** By which generator; of a reconstruction, by which its original was made. Null of a photograph. */
  readonly generator: string | null;
  /** In reading order: the photograph, and where in it the patch, or the patch that it was made from, stands. */
  readonly patches: readonly (readonly [photograph: string, x: Position[0], y: Position[1]])[];
}

/** Originals, and their reconstructions by the generator that is trained on. */
export type PatchGroup = "real" | "fake" | "real-reconstruction" | "fake-reconstruction";
