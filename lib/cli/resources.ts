import type { Resources } from "../cluster/place.ts";
import { type Given, wholeNumber } from "./command.ts";

/** Options that say what each process may take. */
export const resourceNames: readonly string[] = ["cores", "memory", "gpus", "time", "partition", "sbatch"];

/** What `--help` says of them. */
export const resourcesHelp = `  --cores N         processor cores of each process; default: shared out; under Slurm: 1
  --memory MB       memory of all processes together, under Slurm of each; default: what there is, under Slurm what
                    finished runs took and a quarter more
  --gpus N          under Slurm: graphics cards of each process; default: none
  --time TIME       under Slurm: longest time of a task, as 12:00:00; before it is over, the task keeps its
                    checkpoint and is queued again
  --partition NAME  under Slurm: where tasks go
  --sbatch WORDS    under Slurm: further words for sbatch, as "--account=vision --qos=long"`;

/**
 * What each process may take, by those options.
 *
 * @throws {UsageError} when a number is none
 */
export function resourcesOption(given: Given): Resources {
  const { time = null, partition = null, sbatch = "" } = given.values;
  return {
    cores: wholeNumber(given, "cores", [1, 4096]),
    megabytes: wholeNumber(given, "memory", [1, 1e8]),
    gpus: wholeNumber(given, "gpus", [1, 64]),
    ...{ time, partition },
    sbatch: sbatch.split(/\s+/).filter((word) => word !== ""),
  };
}
