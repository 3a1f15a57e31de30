import { printable } from "../terminal/width.ts";
import { meant } from "../definition/nearest.ts";
import { type Command, readArguments, UsageError } from "./command.ts";
import { audit } from "./audit.ts";
import { checkResults } from "./check_results.ts";
import { clean } from "./clean.ts";
import { compare } from "./compare.ts";
import { dataCommands } from "./data.ts";
import { demo } from "./demo.ts";
import { detect } from "./detect.ts";
import { doctor } from "./doctor.ts";
import { engineTensorflow } from "./engine_tensorflow.ts";
import { exportCommand } from "./export.ts";
import { list } from "./list.ts";
import { evaluate } from "./evaluate.ts";
import { notebook } from "./notebook.ts";
import { pocketBuild } from "./pocket_build.ts";
import { pocketClip } from "./pocket_clip.ts";
import { pocketModel } from "./pocket_model.ts";
import { pocketPipeline } from "./pocket_pipeline.ts";
import { commandHelp, exitCodes, overview } from "./help.ts";
import { complain, print, printFailure, speakJson } from "./print.ts";
import { reconstruct } from "./reconstruct.ts";
import { rehearse } from "./rehearse.ts";
import { report } from "./report.ts";
import { results } from "./results.ts";
import { run } from "./run.ts";
import { show } from "./show.ts";
import { stop } from "./stop.ts";
import { sweep } from "./sweep.ts";
import { weights } from "./weights.ts";

/** Every command by its name, which may be two words. */
export const commands: Readonly<Record<string, Command>> = {
  demo,
  run,
  sweep,
  stop,
  list,
  show,
  compare,
  evaluate,
  detect,
  audit,
  reconstruct,
  report,
  export: exportCommand,
  results,
  "check-results": checkResults,
  notebook,
  rehearse,
  clean,
  doctor,
  weights,
  ...dataCommands,
  "engine:tensorflow": engineTensorflow,
  "pocket:build": pocketBuild,
  "pocket:model": pocketModel,
  "pocket:clip": pocketClip,
  "pocket:pipeline": pocketPipeline,
};

/**
 * Runs the command line and resolves to its exit code, one of `exitCodes`. An error is told by its message on standard
 * error; its stack trace only with `--debug`, and with `--json` once more as a line of JSON on standard output.
 */
export async function start(args: readonly string[]): Promise<number> {
  const debug = args.includes("--debug");
  const fail = (error: unknown): number => {
    const code = error instanceof UsageError ? exitCodes.notUnderstood : exitCodes.error;
    const message = describe(error);
    complain(debug ? `${message}\n\n${Deno.inspect(error, { colors: false })}` : message);
    // what was not understood never came to speak JSON, and a script asked for it all the same
    if (args.includes("--json")) speakJson();
    printFailure(message, code);
    return code;
  };
  // an error in a callback or an unawaited promise would otherwise end the program with a stack trace
  const last = (event: Event, error: unknown): void => {
    event.preventDefault();
    Deno.exit(fail(error));
  };
  globalThis.addEventListener("error", (event) => last(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => last(event, event.reason));
  try {
    return await dispatch(args);
  } catch (error) {
    return fail(error);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, rest] = nameAndRest(args);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(overview(commands));
    return exitCodes.done;
  }
  if (!Object.hasOwn(commands, name)) {
    const family = Object.keys(commands).filter((known) => known.startsWith(`${name.split(" ")[0]} `));
    if (family.length > 0) return familyOf(name, rest, family);
    const what = name.startsWith("-") ? "option" : "command";
    throw new UsageError(
      `Cannot run "${name}": unknown ${what}, ${meant(name, Object.keys(commands), "commands")}`,
    );
  }
  const command = commands[name];
  const given = readArguments(name, command, rest);
  if (given.flags.help) {
    print(commandHelp(command));
    return exitCodes.done;
  }
  if (given.flags.json) speakJson();
  return await command.run(given);
}

/** The command's name, with the word behind it where it is the first of two, and what stands behind that. */
function nameAndRest(args: readonly string[]): [name: string | undefined, rest: readonly string[]] {
  const [first, second, ...rest] = args;
  const isFirst = Object.keys(commands).some((name) => name.startsWith(`${first} `));
  if (!isFirst || second === undefined || second.startsWith("-")) return [first, args.slice(1)];
  return [`${first} ${second}`, rest];
}

/** The first of two words without a second that is known. */
function familyOf(name: string, rest: readonly string[], family: readonly string[]): number {
  const [first, second] = name.split(" ");
  if (second !== undefined || !rest.some((arg) => arg === "--help" || arg === "-h")) {
    const seconds = family.map((known) => known.slice(first.length + 1));
    const given = second === undefined ? "no second word given" : `unknown second word "${second}"`;
    const expected = second === undefined ? `expected one of ${seconds.join(", ")}` : meant(second, seconds, "words");
    throw new UsageError(`Cannot run "${name}": ${given}, ${expected}. See: deno task ${first} --help`);
  }
  print(family.map((known) => commandHelp(commands[known])).join("\n\n"));
  return exitCodes.done;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  // lines are kept, since a message may list what is missing, but nothing else that moves the cursor
  return error.message.split("\n").map(printable).join("\n") || error.name;
}
