import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Experiment } from "../experiment.ts";
import type { RunOptions } from "../run.ts";
import { toJsonLine } from "../runs/record.ts";
import type { Task } from "./place.ts";

/** What the process of a run, `lib/swept.ts`, is told; JSON holds all of it. */
export interface SweptJob {
  readonly experiment: unknown;
  /** Where and how. */
  readonly options: Omit<RunOptions, "signal" | "detached">;
  /** Epoch at whose end it is left; null: it goes to its end. */
  readonly until: number | null;
  /** Of the run. */
  readonly folder: string;
  /** Whether the end of its input stops it. */
  readonly leash: boolean;
}

/** The file in a run's folder that its processes add their words to, detached ones as well. */
const LOG = "run.log";

/** The process of one run: Deno on `lib/swept.ts`, the job on its standard input. */
export function sweptTask(job: SweptJob & { readonly experiment: Experiment }): Task {
  const { experiment: { name, seed }, folder } = job;
  return {
    name: `${name}, seed ${seed}`,
    command: [Deno.execPath(), "run", "-A", "--quiet", "--config", file("../../deno.json"), file("../swept.ts")],
    input: toJsonLine(job),
    log: join(folder, LOG),
  };
}

function file(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
