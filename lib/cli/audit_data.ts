import { basename, relative } from "node:path";
import type { Source } from "../audit/listing.ts";
import { isPart } from "../definition/part.ts";
import type { Experiment } from "../experiment.ts";
import type { Layout } from "../layouts/mod.ts";
import { UsageError } from "./command.ts";
import { readDefinitions } from "./definitions.ts";
import { layoutOfKind } from "./layout_of_kind.ts";
import { load, userPath } from "./places.ts";
import { noSuchFile, readExports } from "./read_exports.ts";

type Layouts = typeof import("../layouts/mod.ts");

/** What is to be audited. */
export interface AuditData {
  /** For headings. */
  readonly name: string;
  readonly sources: readonly Source[];
  /** Folder of the data sets; null: none is needed, or none was given. */
  readonly data: string | null;
  /** By split, which generators of a data set are not there, as "adm, glide in train". */
  readonly missing: readonly string[];
  /** Folder of the run whose data they are; null: it is no run. */
  readonly run: string | null;
}

const expected =
  "a file that exports an experiment or layouts, a run's folder, the kind of a layout, or a folder of images";

/**
 * What the operands of the audit name: definitions, layouts, or folders.
 *
 * @param data the folder of the data sets, as given
 * @throws {UsageError} when a folder's layout is not recognised, or a kind needs options
 * @throws {Deno.errors.NotFound} when there is no such file or folder
 */
export async function auditData(operands: readonly string[], data: string | null): Promise<AuditData> {
  const room = await load<Layouts>("lib/layouts/mod.ts");
  const [word] = operands;
  const name = operands.map((operand) => basename(operand)).join(", ");
  if (operands.length > 1) return { name, run: null, ...await severalFolders(operands, room) };
  if (Object.hasOwn(room.layouts, word)) return { name, run: null, data, ...await kindThere(word, data) };
  const path = userPath(word.replace(/#[^#]*$/, ""));
  const info = await Deno.stat(path).catch(() => null);
  if (info === null) {
    const kinds = Object.keys(room.layouts).join(", ");
    throw await noSuchFile(word, { verb: "audit", expected: `${expected}; the kinds are ${kinds}` });
  }
  const isRun = info.isDirectory && await Deno.stat(`${path}/record.json`).then(() => true, () => false);
  if (info.isDirectory && !isRun) return { name, run: null, ...await oneFolder(path) };
  return { name, data, sources: await definedSources(word, { room, isRun }), missing: [], run: isRun ? path : null };
}

async function splitsOf(layouts: readonly Layout[]): Promise<Source[]> {
  const { everySplit } = await load<typeof import("../audit/listing.ts")>("lib/audit/listing.ts");
  return layouts.flatMap(everySplit);
}

/** What is there of a kind, as a data set is audited that nobody describes further. */
async function kindThere(kind: string, data: string | null): Promise<Pick<AuditData, "sources" | "missing">> {
  const { sourcesThere } = await load<typeof import("../audit/there.ts")>("lib/audit/there.ts");
  const instead = "Give them in a TypeScript file that exports it";
  return await sourcesThere(await layoutOfKind(kind, { what: `audit "${kind}"`, instead }), data);
}

/** Folders of photographs, then of fakes, below the deepest folder that holds them all. */
async function severalFolders(operands: readonly string[], room: Layouts): Promise<Omit<AuditData, "name" | "run">> {
  const paths = await Promise.all(operands.map(async (operand) => {
    const path = userPath(operand).replace(/(?<=.)\/+$/, "");
    if (await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false)) return path;
    throw new Deno.errors.NotFound(
      `Cannot audit "${operand}": there is no such folder. Of several operands the first is expected to be a folder of ` +
        "photographs, each other one a folder of fakes",
    );
  }));
  const parts = paths.map((path) => path.split("/").slice(0, -1));
  const depth = parts[0].findIndex((part, i) => parts.some((other) => other[i] !== part));
  const data = parts[0].slice(0, depth < 0 ? undefined : depth).join("/") || "/";
  const [real, ...fakes] = paths.map((path) => relative(data, path));
  const names = fakes.map((folder) => basename(folder));
  // folders of equal names are told apart by their paths
  const named = fakes.map((
    folder,
    i,
  ) => [names.filter((name) => name === names[i]).length > 1 ? folder : names[i], folder]);
  const layout = room.folders({ real: [real], fake: Object.fromEntries(named) });
  return { data, sources: await splitsOf([layout]), missing: [] };
}

/** The layout that a folder has, as far as its upper levels tell. */
async function oneFolder(path: string): Promise<Omit<AuditData, "name" | "run">> {
  const { recognise, shapes } = await load<typeof import("../layouts/recognise.ts")>("lib/layouts/recognise.ts");
  const [best] = await recognise(path);
  if (best !== undefined) return { data: best.data, ...await kindThere(best.kind, best.data) };
  const known = Object.entries(shapes).filter(([, { patterns }]) => patterns.length > 0);
  throw new UsageError(
    `Cannot audit "${path}": it has the layout of no known data set. Expected one of these, or two folders and more, ` +
      "photographs first:\n" + known.map(([kind, { expects }]) => `  ${kind}: ${expects}`).join("\n"),
  );
}

async function definedSources(
  word: string,
  { room, isRun }: { readonly room: Layouts; readonly isRun: boolean },
): Promise<Source[]> {
  const [, path, name] = /^(.*?)(?:#([^#]*))?$/s.exec(word)!;
  if (isRun || path.endsWith(".json")) return (await readDefinitions(word)).flatMap(sourcesOf);
  const found = await readExports(path, { verb: "audit", expected, name });
  const isLayout = (value: unknown): value is Layout => isPart(value) && Object.hasOwn(room.layouts, value.kind);
  if (found.every(isLayout)) return await splitsOf(found);
  return (await readDefinitions(word)).flatMap(sourcesOf);
}

/** What a definition reads: each data set in the splits of its place. */
function sourcesOf({ data }: Experiment): Source[] {
  const read = (layouts: readonly Layout[], split: Source["split"]): Source[] =>
    layouts.map((layout) => ({ layout, split, optional: false }));
  return [...read(data.train, "train"), ...read(data.validation ?? [], "validation"), ...read(data.test, "test")];
}
