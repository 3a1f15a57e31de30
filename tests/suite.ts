/**
 * `deno task test`: all tests, or with `--backend NAME` those that compute on a backend, on that one, in parts side by
 * side. Everything else that is typed goes on to one `deno test`: paths instead of all tests, `--filter`, `--reporter`.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BACKENDS } from "../lib/cli/command.ts";
import { userPath } from "../lib/cli/places.ts";
import { complain } from "../lib/cli/print.ts";
import { meant } from "../lib/definition/nearest.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { findAdapter, noAdapter } from "../lib/engine/webgpu/adapter.ts";
import { runParts } from "./parts.ts";

/** What was typed, told apart. */
export interface Typed {
  /** Null when none was named. */
  readonly backend: string | null;
  /** Files and folders, as typed. */
  readonly paths: readonly string[];
  /** For `deno test`, in their order. */
  readonly others: readonly string[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const known = BACKENDS.filter((name) => name !== "auto");

/** Options of `deno test` whose value may stand behind them as a word of its own. */
const valued = ["--filter", "--reporter", "--junit-path"];

/** Tells the backend and paths from what is for `deno test`. */
export function readTyped(words: readonly string[]): Typed {
  let backend: string | null = null;
  const paths: string[] = [];
  const others: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--backend") backend = words[++i] ?? "";
    else if (word.startsWith("--backend=")) backend = word.slice("--backend=".length);
    else if (valued.includes(word)) others.push(...words.slice(i, ++i + 1));
    else (word.startsWith("-") ? others : paths).push(word);
  }
  return { backend, paths, others };
}

/**
 * Test files that compute on a backend: those that take the tests' tensors, and those of that backend alone.
 *
 * @param backend null for all test files
 */
export async function filesOf(backend: string | null): Promise<string[]> {
  const found: string[] = [];
  for (const file of await testFiles(`${root}tests`)) {
    const text = backend === null ? null : await Deno.readTextFile(file);
    if (text === null || text.includes('/tensors.ts"') || text.includes(`lib/engine/${backend}/`)) {
      found.push(relative(root, file));
    }
  }
  return found.sort();
}

async function testFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await testFiles(`${folder}/${name}`));
    else if (name.endsWith("_test.ts")) found.push(`${folder}/${name}`);
  }
  return found;
}

/** Runs `deno test`; resolves to its exit code, or 2 for a name that is none, 1 for a backend that is not there. */
async function main(words: readonly string[]): Promise<number> {
  const { backend, paths, others } = readTyped(words);
  if (backend !== null && !known.some((name) => name === backend)) {
    complain(`Cannot test backend "${backend}": unknown backend, ${meant(backend, known, "backends")}`);
    return 2;
  }
  if (backend === "tensorflow" && builtAddon() === null) {
    complain('Cannot test backend "tensorflow": it is not built. Build it once with: deno task engine:tensorflow');
    return 1;
  }
  if (backend === "webgpu" && await findAdapter() === null) {
    complain(`Cannot test backend "webgpu": ${noAdapter()}`);
    return 1;
  }
  const env: Record<string, string> = backend === null ? {} : { COUNTERPROOF_BACKEND: backend };
  const options = { cwd: root, env };
  if (paths.length === 0 && others.length === 0) return await runParts(await filesOf(backend), options);
  const chosen = paths.length > 0 ? paths.map(userPath) : await filesOf(backend);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...others, ...chosen],
    ...options,
  }).spawn().status;
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
