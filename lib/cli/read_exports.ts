import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { meant, nearest } from "../definition/nearest.ts";
import { UsageError } from "./command.ts";
import { userPath } from "./places.ts";

/** A file as it was typed, and what a command makes of it. */
export interface Wanted {
  /** What the command does with it, for messages, as "run". */
  readonly verb: string;
  /** What is expected, for messages, as "a TypeScript file that exports an experiment". */
  readonly expected: string;
  /** Name of the export; default: "default". */
  readonly name?: string;
}

/**
 * What a TypeScript file exports: a value, the values of a list, or those that a function without arguments returns.
 *
 * @throws {Deno.errors.NotFound} when there is no such file, with the nearest name
 * @throws {UsageError} when it is no such file, or has no such export, with the nearest name
 * @throws {TypeError} when there are no values
 */
export async function readExports(path: string, { verb, expected, name = "default" }: Wanted): Promise<unknown[]> {
  const file = userPath(path);
  if (!await Deno.stat(file).then((info) => info.isFile, () => false)) throw await noSuchFile(path, { verb, expected });
  if (!/\.([cm]?[jt]s|[jt]sx)$/.test(file)) {
    throw new UsageError(`Cannot ${verb} "${path}": it is no TypeScript file. Expected ${expected}`);
  }
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  if (!Object.hasOwn(module, name)) {
    const names = Object.keys(module);
    throw new UsageError(
      `Cannot ${verb} "${path}": the file has no export "${name}", ${meant(name, names, "exports")}`,
    );
  }
  const found = valuesOf(module[name]);
  if (found.length > 0) return found;
  throw new TypeError(`Cannot ${verb} "${path}": the list that it exports as "${name}" is empty. Expected ${expected}`);
}

/** That there is no such file, with the one of nearest name beside it. */
export async function noSuchFile(
  path: string,
  { verb, expected }: Pick<Wanted, "verb" | "expected">,
): Promise<Deno.errors.NotFound> {
  const file = userPath(path);
  const beside = await Array.fromAsync(Deno.readDir(dirname(file)), (entry) => entry.name).catch(() => []);
  const near = nearest(basename(file), beside.filter((one) => /\.(ts|js|mjs|json)$/.test(one)));
  const hint = near === null ? "" : `, did you mean "${join(dirname(path), near)}"?`;
  return new Deno.errors.NotFound(`Cannot ${verb} "${path}": there is no such file${hint}. Expected ${expected}`);
}

/** The values of a value, of a list however deep, or of what a function without arguments returns. */
export function valuesOf(value: unknown): unknown[] {
  if (typeof value === "function") return valuesOf(value());
  return Array.isArray(value) ? value.flatMap(valuesOf) : [value];
}
