import { isAbsolute } from "node:path";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Label, Sample, Split } from "../types.ts";
import { nameOf, stem } from "./files.ts";
import { imageNetClass } from "./imagenet_classes.ts";
import { linesOf } from "./lines.ts";
import type { Roots } from "./mod.ts";
import { checkFolder, checkLimit, type Limit } from "./options.ts";
import { dataOf, drawn } from "./places.ts";

/**
 * Annotation files in LaRE²'s form (CVPR 2024): a line for each image, its path, a tab or a space, and 1 for an image
 * that was generated, 0 for a photograph. Paths are absolute, or below the data folder. A map file in the same form names
 * the latent reconstruction error of each image, `.pt` or `.safetensors`, which belongs to the image of the same name up
 * to the first dot; which line comes first does not matter.
 *
 * A list is a test set of its own. Captions are the classes of ImageNet that the file names tell, as LaRE² fills its
 * prompts; the generator is the one in the file name, or the list's name.
 */
export interface LareList extends Part<"lareList"> {
  /** Annotation files below the data folder, by the split in whose place the part stands. */
  readonly lists: readonly string[];
  /** Map files below the data folder; null: the images without maps. */
  readonly maps: readonly string[] | null;
  /** Of each list; null: all images. */
  readonly limit: Limit | null;
}

/** Makes a {@linkcode LareList} part. */
export const lareList: Maker<LareList, "lists"> = part("lareList", { maps: null, limit: null }, {
  required: ["lists"],
  check: ({ lists, maps, limit }) => {
    checkFiles("lareList.lists", lists);
    if (maps !== null) checkFiles("lareList.maps", maps);
    checkLimit("lareList.limit", limit);
  },
});

/** One line of a list. */
interface Entry {
  readonly path: string;
  readonly label: Label;
}

/**
 * The samples of the lists in the order of their lines.
 *
 * @throws {Deno.errors.NotFound} for a list or map file that is not there
 * @throws {SyntaxError} for a line that is none, with its number
 * @throws {RangeError} for an image without a map, where map files are named
 */
export async function* lareListSamples(spec: LareList, { data: given, split }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("lareList", { data: given, expected: spec.lists.join(", ") });
  const maps = spec.maps === null ? null : await readMaps(spec.maps, data);
  for (const list of spec.lists) {
    const kept = spec.limit === null ? null : await drawnOf(list, { data, split, limit: spec.limit });
    let at = 0;
    for await (const { path, label } of entriesOf(`${data}/${list}`)) {
      if (kept !== null && !kept.has(at++)) continue;
      yield await sampleOf({ path, label }, { list, data, split, maps });
    }
  }
}

function checkFiles(name: string, given: unknown): void {
  if (!Array.isArray(given) || given.length === 0) {
    throw new RangeError(`Cannot define ${name}: expected at least one file, as ["anns/train_sdv5.txt"]`);
  }
  for (const [i, file] of given.entries()) checkFolder(`${name}[${i}]`, file);
}

async function* entriesOf(file: string): AsyncGenerator<Entry> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    if (line.trim() === "") continue;
    const found = /^(.*\S)[\t ]+([01])$/.exec(line.trimEnd());
    if (found === null) {
      throw new SyntaxError(
        `Cannot read line ${number} of "${file}": given "${line.slice(0, 100)}", expected a path, a tab and 0 or 1`,
      );
    }
    yield { path: found[1], label: found[2] === "1" ? "fake" : "real" };
  }
}

/** Places in a list of those lines that a limit keeps. */
async function drawnOf(
  list: string,
  { data, split, limit }: { data: string; split: Split; limit: Limit },
): Promise<Set<number>> {
  const places: Record<Label, number[]> = { real: [], fake: [] };
  let at = 0;
  for await (const { label } of entriesOf(`${data}/${list}`)) places[label].push(at++);
  const kept = (["real", "fake"] as const).flatMap((label) =>
    drawn(places[label].length, { ...limit, names: ["lareList", list, split, label] }).map((i) => places[label][i])
  );
  return new Set(kept);
}

/** Maps by the name of their image. Lists of maps are in memory whole, since no order binds them to those of images. */
async function readMaps(files: readonly string[], data: string): Promise<Map<string, string>> {
  const maps = new Map<string, string>();
  for (const file of files) {
    for await (const { path } of entriesOf(`${data}/${file}`)) {
      if (!/\.(pt|safetensors)$/.test(path)) {
        throw new SyntaxError(
          `Cannot read "${data}/${file}": given the map "${path}", expected a file that ends in .pt or .safetensors`,
        );
      }
      maps.set(beforeDot(path), isAbsolute(path) ? path : `${data}/${path}`);
    }
  }
  return maps;
}

function beforeDot(path: string): string {
  return nameOf(path).split(".")[0];
}

async function sampleOf(
  { path, label }: Entry,
  { list, data, split, maps }: { list: string; data: string; split: Split; maps: Map<string, string> | null },
): Promise<Sample> {
  const name = nameOf(path);
  const errorMap = maps?.get(beforeDot(path));
  if (maps !== null && errorMap === undefined) {
    throw new RangeError(
      `Cannot find the error map of "${path}" in lareList.maps: expected a line whose file is named ` +
        `"${beforeDot(path)}.pt" or ".safetensors". Make the missing maps, or leave lareList.maps null`,
    );
  }
  const set = stem(nameOf(list));
  const id = isAbsolute(path) ? path.slice(1) : path;
  return {
    id,
    file: isAbsolute(path) ? path : `${data}/${path}`,
    label,
    source: label === "real" ? `ImageNet/${stem(name)}` : id,
    generator: label === "real" ? null : generatorOf(name) ?? set,
    set,
    split,
    caption: await imageNetClass(name),
    ...errorMap === undefined ? {} : { errorMap },
  };
}

/** The generator that a file name of GenImage bears: its second word after a class, or its first. */
function generatorOf(name: string): string | null {
  const [first, second] = name.split("_");
  if (/^\d{1,3}$/.test(first) && second !== undefined) return stem(second).toLowerCase();
  return first === "GLIDE" || first === "VQDM" ? first.toLowerCase() : null;
}
