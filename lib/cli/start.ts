import { printable } from "../terminal/width.ts";
import { meant } from "../definition/nearest.ts";
import { type Command, readArguments, UsageError } from "./command.ts";
import { clean } from "./clean.ts";
import { compare } from "./compare.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { engineTensorflow } from "./engine_tensorflow.ts";
import { list } from "./list.ts";
import { evaluate } from "./evaluate.ts";
import { notebook } from "./notebook.ts";
import { pocketBuild } from "./pocket_build.ts";
import { complain, print } from "./print.ts";
import { results } from "./results.ts";
import { run } from "./run.ts";
import { show } from "./show.ts";
import { weights } from "./weights.ts";

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = {
  demo,
  run,
  list,
  show,
  compare,
  evaluate,
  results,
  notebook,
  clean,
  doctor,
  weights,
  "engine:tensorflow": engineTensorflow,
  "pocket:build": pocketBuild,
};

/**
 * Runs the command line and resolves to its exit code: 0 done, 1 an error, 2 not understood, 130 interrupted.
 * An error is told by its message; its stack trace only with `--debug`.
 */
export async function start(args: readonly string[]): Promise<number> {
  const debug = args.includes("--debug");
  const fail = (error: unknown): number => {
    complain(describe(error, debug));
    return error instanceof UsageError ? 2 : 1;
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
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(overview());
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    const what = name.startsWith("-") ? "option" : "command";
    throw new UsageError(
      `Cannot run "${name}": unknown ${what}, ${meant(name, Object.keys(commands), "commands")}`,
    );
  }
  const command = commands[name];
  const given = readArguments(name, command, rest);
  if (given.flags.help) {
    print(command.help);
    return 0;
  }
  return await command.run(given);
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Counterproof finds out how to tell AI-generated images from photographs.

Usage: deno task COMMAND [OPTIONS]

${lines.join("\n")}

deno task COMMAND --help tells more. Every command knows --debug, which shows where an error came from.`;
}

function describe(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return printable(String(error));
  // lines are kept, since a message may list what is missing, but nothing else that moves the cursor
  const message = error.message.split("\n").map(printable).join("\n") || error.name;
  if (!debug) return message;
  return `${message}\n\n${Deno.inspect(error, { colors: false })}`;
}
