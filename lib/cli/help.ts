import type { Command } from "./command.ts";

/** How a command ends, as a shell sees it; 130 is 128 and the number of SIGINT. */
export const exitCodes = { done: 0, error: 1, notUnderstood: 2, interrupted: 130 } as const;

const EXIT_CODES = `Exit codes: ${exitCodes.done} done, ${exitCodes.error} an error, ${exitCodes.notUnderstood} not ` +
  `understood, ${exitCodes.interrupted} interrupted`;

/** Columns of help. */
const WIDTH = 112;

/** What `--help` prints of a command: its own words, then what is the same for all that know `--json`. */
export function commandHelp({ help, json, exits = "" }: Command): string {
  const paragraphs = [help];
  if (json !== undefined) {
    paragraphs.push(
      wrapped(
        `With --json standard output holds JSON alone: ${json}. Words and progress go to standard error, numbers ` +
          'that JSON lacks are null, and what fails writes {"error": message, "code": exit code} as its last line.',
      ),
    );
  }
  paragraphs.push(wrapped(`${EXIT_CODES}${exits === "" ? "" : `. ${exits}`}`));
  return paragraphs.join("\n\n");
}

/** What is printed when no command is named: all of them. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  const json = Object.keys(commands).filter((name) => commands[name].json !== undefined);
  return `Counterproof finds out how to tell AI-generated images from photographs.

Usage: deno task COMMAND [OPTIONS]

${lines.join("\n")}

deno task COMMAND --help tells more. Every command knows --debug, which shows where an error came from.
${wrapped(`With --json ${json.join(", ")} write JSON, and nothing else, to standard output.`)}
${EXIT_CODES}

Examples:
  deno task demo --quick
  deno task run experiments/pocket.ts --seed 2
  deno task list --json`;
}

function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
