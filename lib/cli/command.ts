import { parseArgs } from "@std/cli/parse-args";
import { meant, nearest } from "../definition/nearest.ts";
import { quoted, TASK } from "./print.ts";

/** One word of the command line, and what stands behind it. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints, before what it says of `--json` and exit codes. */
  readonly help: string;
  /**
   * What `--json` writes to standard output by `printJson`, as the end of the sentence "holds JSON alone: …". A command
   * without it has no such option.
   */
  readonly json?: string;
  /** What an exit code means here beside what it means everywhere: a sentence without its full stop. */
  readonly exits?: string;
  /** Options that take a value. */
  readonly values: readonly string[];
  /** Options that a single letter stands for too. */
  readonly letters?: Readonly<Record<string, string>>;
  /** Options that take none. */
  readonly flags: readonly string[];
  /** Fewest and most operands. */
  readonly operands: readonly [least: number, most: number];
  /** Does it; resolves to the exit code. */
  run(given: Given): Promise<number>;
}

/** What the user typed behind the command, checked against what it knows. */
export interface Given {
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, boolean>>;
  /** Everything as it was typed, the command's name first. */
  readonly typed: readonly string[];
}

/** Something typed that no command understands: exit code 2 instead of 1. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options of every command. */
const COMMON = ["help", "debug"];

/** And of those that write JSON. */
const JSON_FLAG = "json";

/**
 * Reads a command's arguments.
 *
 * @throws {UsageError} for an unknown option, a missing value, and too few or too many operands
 */
export function readArguments(name: string, command: Command, args: readonly string[]): Given {
  const unknown: string[] = [];
  const flags = [...command.flags, ...command.json === undefined ? [] : [JSON_FLAG], ...COMMON];
  // the parser keeps operands under this name, and takes the option for them
  if (args.some((arg) => /^--_(=|$)/.test(arg))) throw refuseOption(name, "--_", [...command.values, ...flags]);
  const parsed = parseArgs(args, {
    string: [...command.values, "_"],
    boolean: flags,
    alias: { h: "help", ...command.letters },
    unknown: (arg, key) => {
      if (key !== undefined) unknown.push(arg.split("=")[0]);
      return key === undefined;
    },
  });
  if (unknown.length > 0) throw refuseOption(name, unknown[0], [...command.values, ...flags]);
  for (const option of command.values) {
    if (parsed[option] === "") {
      throw new UsageError(`Cannot run "${name}": option "--${option}" has no value. Expected --${option} VALUE`);
    }
  }
  const operands = parsed._.map(String);
  const [least, most] = command.operands;
  if (!parsed.help && (operands.length < least || operands.length > most)) {
    throw new UsageError(refuseOperands(name, operands, { command, flags }));
  }
  return {
    operands,
    values: Object.fromEntries(command.values.map((option) => [option, parsed[option] as string | undefined])),
    flags: Object.fromEntries(flags.map((option) => [option, parsed[option] === true])),
    typed: [...name.split(" "), ...args],
  };
}

function refuseOption(name: string, option: string, known: readonly string[]): UsageError {
  const options = known.map((one) => `--${one}`);
  return new UsageError(
    `Cannot run "${name}": unknown option "${option}", ${meant(option, options)}. See: deno task ${name} --help`,
  );
}

function refuseOperands(
  name: string,
  operands: readonly string[],
  { command, flags }: { readonly command: Command; readonly flags: readonly string[] },
): string {
  const [least, most] = command.operands;
  const count = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  const expected = `${count === "0" ? "no" : count} ${most === 1 ? "operand" : "operands"}`;
  const given = operands.length === 0 ? "none" : operands.map((operand) => `"${operand}"`).join(", ");
  const near = operands.length > most ? nearest(operands[most], [...command.values, ...flags]) : null;
  return `Cannot run "${name}": ${given} given, expected ${expected}` +
    `${near === null ? "" : `; did you mean "--${near}"?`}. See: deno task ${name} --help`;
}

/** The command as it was typed, to be typed again; `without` names flags that would not mean the same a second time. */
export function typedAgain({ typed }: Given, { without = [] }: { readonly without?: readonly string[] } = {}): string {
  const words = typed.filter((word) => !without.some((flag) => word === `--${flag}`));
  return `${TASK} ${words.map(quoted).join(" ")}`;
}

/**
 * The whole number of an option, or null when it is not given.
 *
 * @throws {UsageError} when it is not a whole number from `least` to `most`
 */
export function wholeNumber(given: Given, option: string, [least, most]: readonly [number, number]): number | null {
  const text = given.values[option];
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`Cannot read "--${option} ${text}": expected a whole number from ${least} to ${most}`);
}

/**
 * The choice made by an option, or null when it is not given.
 *
 * @throws {UsageError} when it is none of the choices
 */
export function choice<T extends string>(given: Given, option: string, choices: readonly T[]): T | null {
  const text = given.values[option];
  if (text === undefined) return null;
  const found = choices.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot read "--${option} ${text}": unknown ${option} "${text}", ${meant(text, choices, "choices")}`,
  );
}

/** Values of `--backend`. */
export const BACKENDS = ["auto", "tensorflow", "webgpu", "wasm", "cpu"] as const;

/** The same in words, for help. */
export const backendNames = `${BACKENDS.slice(0, -1).join(", ")} or ${BACKENDS.at(-1)}`;

/** Values of `--provider`: what the networks of a diffusion pipeline run on. */
export const PROVIDERS = ["auto", "cpu", "webgpu", "cuda", "tensorrt"] as const;
