import type { RunOptions } from "../run.ts";
import { BACKENDS, choice, type Given } from "./command.ts";
import { folderOption } from "./folder_option.ts";
import { userPath } from "./places.ts";
import { threadsOption, workersOption } from "./thread_options.ts";

/** Options that say where a run finds what it reads, and on what it computes. */
export const runPlaceNames = ["data", "weights", "artifacts", "pipelines", "backend", "threads", "workers"] as const;

/**
 * What these options say, with their defaults.
 *
 * @throws {Deno.errors.NotFound} when a folder is not there
 * @throws {UsageError} for a value that is none
 */
export async function runPlaces(
  given: Given,
): Promise<Required<Pick<RunOptions, "data" | "weights" | "artifacts" | "pipelines" | "backend">> & RunOptions> {
  return {
    data: await folderOption(given, "data"),
    weights: await folderOption(given, "weights"),
    artifacts: userPath(given.values.artifacts ?? "artifacts"),
    pipelines: await folderOption(given, "pipelines"),
    backend: choice(given, "backend", BACKENDS) ?? "auto",
    threads: threadsOption(given),
    workers: workersOption(given),
  };
}
