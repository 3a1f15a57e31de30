import { basename, dirname, relative, resolve } from "node:path";
import type { Source } from "../audit/listing.ts";
import type { Layout } from "../layouts/mod.ts";
import type { Label, Sample, Split } from "../types.ts";
import { UsageError } from "./command.ts";
import { readTestSets } from "./evaluate.ts";
import { layoutOfKind } from "./layout_of_kind.ts";
import { load, userPath } from "./places.ts";
import { noSuchFile } from "./read_exports.ts";

type Layouts = typeof import("../layouts/mod.ts");

/** Layouts whose folders say what their images are; read as folders, they may lack the fakes that are to be made. */
const BY_FOLDER: readonly string[] = ["aligned", "forenSynths", "universalFakeDetect"];

/**
 * The images that `--data` names: of a folder that has the layout of a known data set, of any folder, of LaRE²'s list
 * (.txt), of layouts that a TypeScript file exports, or of a layout by its kind, whose data folder is in the environment.
 *
 * @throws {Deno.errors.NotFound} when there is no such file or folder, or part of a data set
 * @throws {UsageError} when there is no image
 */
export async function dataSamples(word: string, { tell, but }: Looking): Promise<Sample[]> {
  const samples = await samplesNamed(word, { tell, but });
  if (samples.length > 0) return samples;
  throw new UsageError(`Cannot reconstruct "${word}": found no image in it. Expected ${expected}`);
}

const expected =
  "a folder of images, a data set, a list of LaRE², a file that exports layouts, or the kind of a layout";

/** How data is looked for. */
export interface Looking {
  readonly tell: (what: string) => void;
  /** A folder that is not looked into, that of the results; null: none. */
  readonly but: string | null;
}

async function samplesNamed(word: string, { tell, but }: Looking): Promise<Sample[]> {
  const room = await load<Layouts>("lib/layouts/mod.ts");
  const data = Deno.env.get("DATA") || null;
  const root = data === null ? null : resolve(data);
  if (Object.hasOwn(room.layouts, word)) return await allOf(await kindLayout(word), { data: root, tell });
  const path = userPath(word.replace(/#[^#]*$/, ""));
  if (/\.(ts|js|mjs)$/.test(path)) {
    const [, file, name] = /^(.*?)(?:#([^#]*))?$/s.exec(word)!;
    const read = (await readTestSets(file, name)).map((layout) => allOf(layout, { data: root, tell }));
    return (await Promise.all(read)).flat();
  }
  const info = await Deno.stat(path).catch(() => null);
  if (info?.isFile && path.endsWith(".txt")) {
    return await allOf(room.lareList({ lists: [basename(path)] }), { data: dirname(path), tell });
  }
  if (info?.isDirectory) return await folderSamples(path.replace(/(?<=.)\/+$/, ""), { tell, but });
  const kinds = Object.keys(room.layouts).join(", ");
  throw await noSuchFile(word, { verb: "reconstruct", expected: `${expected}; the kinds are ${kinds}` });
}

async function kindLayout(kind: string): Promise<Layout> {
  const instead = "Give them in a TypeScript file that exports it: --data FILE.ts";
  return await layoutOfKind(kind, { what: `reconstruct "${kind}"`, instead });
}

/** Every split of a layout. */
async function allOf(
  layout: Layout,
  roots: { readonly data: string | null; readonly tell: (what: string) => void },
): Promise<Sample[]> {
  const { everySplit, samplesOf } = await load<typeof import("../audit/listing.ts")>("lib/audit/listing.ts");
  const sources: Source[] = everySplit(layout);
  return await Array.fromAsync(samplesOf(sources, roots));
}

/** Every split of a data set with those of its generators that are there. */
async function thereOf(
  layout: Layout,
  roots: Parameters<typeof allOf>[1] & { readonly data: string },
): Promise<Sample[]> {
  const { sourcesThere } = await load<typeof import("../audit/there.ts")>("lib/audit/there.ts");
  const { samplesOf } = await load<typeof import("../audit/listing.ts")>("lib/audit/listing.ts");
  const { sources, missing } = await sourcesThere(layout, roots.data);
  if (missing.length > 0) roots.tell(`Not there: ${missing.join("; ")}`);
  return await Array.fromAsync(samplesOf(sources, roots));
}

/** A data set by its layout, where it has a known one, under the ids that experiments on it have; or all images. */
async function folderSamples(path: string, { tell, but }: Looking): Promise<Sample[]> {
  const { recognise } = await load<typeof import("../layouts/recognise.ts")>("lib/layouts/recognise.ts");
  const [best] = await recognise(path);
  if (best !== undefined && !BY_FOLDER.includes(best.kind)) {
    tell(`"${path}" is read as ${best.kind}, of the data folder "${best.data}"`);
    const samples = await thereOf(await kindLayout(best.kind), { data: best.data, tell }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      tell("It is there in part, and its images are taken as they lie, all as photographs");
      return null;
    });
    if (samples !== null) return samples;
  }
  const { imagesBelow } = await load<typeof import("../layouts/files.ts")>("lib/layouts/files.ts");
  const inside = CLASSES.includes(basename(path)) ? dirname(path) : path; // its name tells what its images are
  const data = best === undefined || relative(best.data, path).startsWith("..") ? inside : best.data;
  const below = relative(data, path);
  const own = but === null ? null : `${relative(path, but)}/`;
  const names = (await Array.fromAsync(imagesBelow(path))).filter((name) => own === null || !name.startsWith(own));
  return names.map((name) => sampleAt(below === "" ? name : `${below}/${name}`, data));
}

/** Folders of photographs and of fakes, as AlignedForensics and those before it name them. */
const CLASSES: readonly string[] = ["0_real", "1_fake"];

const SPLITS: Readonly<Record<string, Split>> = { val: "validation", valid: "validation", test: "test" };

/** An image by its path alone: a photograph, unless a folder says that it holds fakes. */
function sampleAt(id: string, data: string): Sample {
  const folders = id.split("/").slice(0, -1);
  const label: Label = folders.includes("1_fake") ? "fake" : "real";
  const split = folders.map((folder) => SPLITS[folder]).find((one) => one !== undefined) ?? "train";
  const about = { label, split, source: id, set: null, caption: null };
  return { id, file: `${data}/${id}`, generator: label === "fake" ? folders.at(-2) ?? "fake" : null, ...about };
}
