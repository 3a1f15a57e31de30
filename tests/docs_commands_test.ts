import { readArguments } from "../lib/cli/command.ts";
import { commands } from "../lib/cli/start.ts";
import { assert, assertEquals } from "./assert.ts";
import { blocksOf, pages, proseOf, root, textOf } from "./docs_pages.ts";

const { tasks } = JSON.parse(await textOf("deno.json")) as { tasks: Record<string, string> };

Deno.test("every command that pages show is one, with options and operands that it takes", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const page of await pages()) {
    for (const { place, info, lines } of blocksOf(page, await textOf(page))) {
      if (info !== "sh") continue;
      for (const line of logicalLines(lines)) {
        for (const words of commandsIn(line)) {
          const fault = await faultOf(words);
          seen++;
          if (fault !== null) wrong.push(`${place} ${words.join(" ")}: ${fault}`);
        }
      }
    }
  }
  assert(seen > 20, `only ${seen} commands were found: the walk is broken`);
  assertEquals(wrong, []);
});

Deno.test("definitions that commands of pages name are there, or written on that page", async () => {
  const missing: string[] = [];
  for (const page of await pages()) {
    const blocks = blocksOf(page, await textOf(page));
    const written = blocks.map(({ lines: [first] }) => /^\/\/ (\S+)$/.exec(first)?.[1]);
    for (const { place, info, lines } of blocks) {
      for (const words of info === "sh" ? logicalLines(lines).flatMap(commandsIn) : []) {
        const at = words.findIndex((word) => /^experiments\/[\w/]+\.ts(#\w+)?$/.test(word));
        if (at < 0 || words[0] !== "deno") continue;
        const [file, own] = words[at].split("#");
        const next = words[at + 1]?.startsWith("-") ? undefined : words[at + 1];
        const fault = written.includes(file) ? null : await missingIn(file, own ?? next);
        if (fault !== null) missing.push(`${place} ${fault}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("every task that pages speak of is one", async () => {
  const wrong: string[] = [];
  for (const page of await pages()) {
    for (const [i, line] of proseOf(await textOf(page)).split("\n").entries()) {
      for (const [, spoken] of line.matchAll(/`(?:[A-Z_]+=\S+ )*deno task ([^`]*)`/g)) {
        const [name, second] = spoken.split(" ");
        const known = Object.hasOwn(tasks, name) && (!isFamily(name) || Object.hasOwn(commands, `${name} ${second}`));
        if (!known && !/^[A-Z]/.test(name)) wrong.push(`${page}:${i + 1} deno task ${spoken}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("commandsIn() takes lines apart as a shell does", () => {
  assertEquals(commandsIn('A=1 deno task run "a b.ts" --seed 2 && x | y  # why'), [
    ["deno", "task", "run", "a b.ts", "--seed", "2"],
    ["x"],
    ["y"],
  ]);
  assertEquals(logicalLines(["a \\", "  b", "# no", "c"]), ["a  b", "# no", "c"]);
});

Deno.test("faultOf() names what a command does not take", async () => {
  assertEquals(await faultOf(["deno", "task", "run", "a.ts", "--seed", "2"]), null);
  assert((await faultOf(["deno", "task", "run", "a.ts", "--sede", "2"]))?.includes('did you mean "--seed"?'));
  assert((await faultOf(["deno", "task", "run"]))?.includes("expected 1 to 2 operands"));
  assertEquals(await faultOf(["deno", "task", "rnu"]), "no such task");
  assertEquals(await faultOf(["deno", "task", "data", "idnex", "."]), "no such command");
  assertEquals(await faultOf(["deno", "run", "-A", "tests/gone.ts"]), 'no file "tests/gone.ts"');
});

/** What is wrong with a command line of this project; null: nothing, or it is another program's. */
async function faultOf(words: readonly string[]): Promise<string | null> {
  const [program, verb, name, ...rest] = words[0] === "npx" ? ["deno", ...words.slice(3)] : words;
  if (program !== "deno" || verb !== "task") {
    const file = words.find((word) => /^(lib|bench|tests|experiments)\/\S+\.(ts|py)$/.test(word));
    const there = file === undefined || await Deno.stat(new URL(file, root)).catch(() => null) !== null;
    return there ? null : `no file "${file}"`;
  }
  if (!Object.hasOwn(tasks, name)) return "no such task";
  const [command, args] = isFamily(name) ? [`${name} ${rest[0]}`, rest.slice(1)] : [name, rest];
  if (!tasks[name].includes("lib/cli/main.ts")) return null;
  if (!Object.hasOwn(commands, command)) return "no such command";
  try {
    readArguments(command, commands[command], args);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What a definition file lacks: itself, or the export that is asked of it; null: nothing. */
async function missingIn(file: string, name: string | undefined): Promise<string | null> {
  const text = await textOf(file).catch(() => null);
  if (text === null) return `no file "${file}"`;
  if (name === undefined || new RegExp(`^export (function|const) ${name}\\b`, "m").test(text)) return null;
  return `"${file}" exports no "${name}"`;
}

/** Whether a command's name is the first of two words, as "data". */
function isFamily(name: string): boolean {
  return Object.keys(commands).some((command) => command.startsWith(`${name} `));
}

/** Lines with those that a backslash goes on with in one. */
function logicalLines(lines: readonly string[]): string[] {
  return lines.join("\n").replaceAll(/\\\n\s*/g, " ").split("\n");
}

/** The commands of a line, word by word, without variables before them and remarks behind. */
function commandsIn(line: string): string[][] {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|#.*$|&&|[|;]|[^\s'"|;]+/g)]
    .map(([whole, single, double]) => single ?? double ?? whole);
  const found: string[][] = [[]];
  for (const word of words) {
    if (word.startsWith("#")) break;
    if (["&&", "|", ";"].includes(word)) found.push([]);
    else if (found.at(-1)!.length > 0 || !/^[A-Z_]+=/.test(word)) found.at(-1)!.push(word);
  }
  return found.filter((each) => each.length > 0);
}
