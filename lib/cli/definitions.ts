import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import { parseHeader } from "../runs/record.ts";
import { UsageError } from "./command.ts";
import { load, userPath } from "./places.ts";
import { noSuchFile, readExports, valuesOf } from "./read_exports.ts";

const verb = "run";

/** What FILE may be, for a reader who named something else. */
const expected = "a TypeScript file that exports an experiment, as experiments/pocket.ts does, " +
  "a JSON file that holds one or a run's record, or the folder of a run";

/**
 * The experiments that a file defines: those that a TypeScript file exports by default or under a name, those of a JSON
 * file, or the one whose run has left its record.
 *
 * @param operand path of the file or of a run's folder; `FILE#EXPORT` names an export as well
 * @param name of the export
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UsageError} when it has no such export, or an export is named of JSON
 * @throws {TypeError} when what it holds is no experiment; names the field
 * @throws {RangeError} when a newer version wrote it
 */
export async function readDefinitions(operand: string, name?: string): Promise<Experiment[]> {
  const [, path, behind] = /^(.*?)(?:#([^#]*))?$/s.exec(operand)!;
  if (behind !== undefined && name !== undefined) {
    throw new UsageError(`Cannot run "${operand}": two exports are named, "${behind}" and "${name}". Expected one`);
  }
  const exported = name ?? behind;
  const json = await jsonFile(path);
  if (json === null) return await checked(operand, await readExports(path, { verb, expected, name: exported }));
  if (exported === undefined) return await checked(operand, await readJson(json));
  throw new UsageError(`Cannot run "${exported}" of "${path}": a JSON file has no exports. Leave it out`);
}

/** The file of JSON that is meant, of a run's folder its record; null for another file. */
async function jsonFile(path: string): Promise<string | null> {
  const file = userPath(path);
  const info = await Deno.stat(file).catch(() => null);
  if (info?.isFile) return file.endsWith(".json") ? file : null;
  if (!info?.isDirectory) throw await noSuchFile(path, { verb, expected });
  const record = join(file, "record.json");
  if (await Deno.stat(record).then((found) => found.isFile, () => false)) return record;
  throw new Deno.errors.NotFound(
    `Cannot run "${path}": it is a folder without a record.json. Expected ${expected}`,
  );
}

/** Definitions in JSON, or the one that a record holds: a run is done again from what it wrote down. */
async function readJson(file: string): Promise<unknown[]> {
  const text = await Deno.readTextFile(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot run "${file}": it is not JSON (${(error as Error).message}). Expected ${expected}`, {
      cause: error,
    });
  }
  const isRecord = typeof value === "object" && value !== null && "experiment" in value;
  return valuesOf(isRecord ? parseHeader(text, file).header.experiment : value);
}

async function checked(operand: string, found: readonly unknown[]): Promise<Experiment[]> {
  const { experiment } = await load<typeof import("../experiment.ts")>("lib/experiment.ts");
  if (found.length === 0) throw new TypeError(`Cannot run "${operand}": the list it holds is empty`);
  return found.map((one) => {
    if (typeof one === "object" && one !== null) return experiment(one as Experiment);
    throw new TypeError(
      `Cannot run "${operand}": it holds ${Deno.inspect(one)}, expected an experiment, a list of them, ` +
        "or a function that returns either",
    );
  });
}
