import { meant } from "../../definition/nearest.ts";
import { ddimOptions } from "./ddim.ts";
import { ddimInverseOptions } from "./ddim_inverse.ts";
import { dpmSolverOptions } from "./dpm_solver.ts";
import { eulerOptions } from "./euler.ts";
import { type Read, readOptions } from "./options.ts";
import { pndmOptions } from "./pndm.ts";

/** The schedulers, by kind: diffusers' class and its options. */
const classes = {
  ddim: { name: "DDIMScheduler", options: ddimOptions },
  ddimInverse: { name: "DDIMInverseScheduler", options: ddimInverseOptions },
  dpmSolver: { name: "DPMSolverMultistepScheduler", options: dpmSolverOptions },
  euler: { name: "EulerDiscreteScheduler", options: eulerOptions },
  pndm: { name: "PNDMScheduler", options: pndmOptions },
} as const;

/** What a chain can be sampled by. */
export type SchedulerKind = keyof typeof classes;

/** The options of one kind. */
export type ConfigOf<K extends SchedulerKind> = Read<(typeof classes)[K]["options"]> & {
  readonly kind: K;
  /** What the file writes, other schedulers' options among it. */
  readonly written: Readonly<Record<string, unknown>>;
};

/** A scheduler's configuration: every option of its class, those that are not written at diffusers' defaults. */
export type SchedulerConfig = { readonly [K in SchedulerKind]: ConfigOf<K> }[SchedulerKind];

/** Every kind of scheduler. */
export const schedulerKinds = Object.keys(classes) as readonly SchedulerKind[];

/**
 * Reads the content of a pipeline's `scheduler/scheduler_config.json`.
 *
 * @param json as parsed; Python writes infinities that JSON does not have, `parsePythonJson` reads them
 * @param file for errors
 * @throws {TypeError} when it is not an object with a `_class_name`
 * @throws {RangeError} for a scheduler or the value of an option that is not implemented
 */
export function readSchedulerConfig(json: unknown, file: string): SchedulerConfig {
  const name = json !== null && typeof json === "object" && "_class_name" in json ? json._class_name : undefined;
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot read the scheduler "${file}": expected a JSON object with "_class_name", as diffusers writes it`,
    );
  }
  const kind = schedulerKinds.find((kind) => classes[kind].name === name);
  if (kind === undefined) {
    const names = schedulerKinds.map((kind) => classes[kind].name);
    throw new RangeError(
      `Cannot use the scheduler "${file}": given the class "${name}", ${meant(name, names, "classes")}`,
    );
  }
  const written = json as Readonly<Record<string, unknown>>;
  const options = readOptions(classes[kind].options, written, `the scheduler "${file}" (${name})`);
  return { ...options, kind, written } as SchedulerConfig;
}

/**
 * The same noise under another sampler: what the file writes, read as another class, with that class's defaults for
 * what it does not write. That is what `from_config` of diffusers' schedulers does.
 *
 * @throws {RangeError} as {@linkcode readSchedulerConfig}
 */
export function otherKind(config: SchedulerConfig, kind: SchedulerKind): SchedulerConfig {
  const json = { ...config.written, _class_name: classes[kind].name };
  return readSchedulerConfig(json, "scheduler_config.json");
}
