import { decodeImage, type Image } from "../image/decode.ts";
import { resizeShortSide } from "../image/resize.ts";
import { random } from "../random.ts";
import type { Split } from "../types.ts";

/** A camera photograph, where it comes from and under which terms. */
export interface Photograph {
  /** File name without its ending. */
  readonly name: string;
  /** File name in the folder of photographs. */
  readonly file: string;
  readonly licence: string;
  /** To be named wherever the photograph is shown, if the licence is CC-BY. */
  readonly author: string;
  /** Address of the original. */
  readonly source: string;
  /** What it shows, made from the title of the original and the subject that it was chosen for. */
  readonly caption: string;
}

/** A photograph and its place in the world. */
export interface PlacedPhotograph extends Photograph {
  /** Photographs of one subject share a group, and a group never crosses splits. */
  readonly group: string;
  readonly split: Split;
}

/** Photographs of the same subject, or so alike that a detector could know one from the other. */
const subjects: Readonly<Record<string, RegExp>> = {
  "under water": /^clickgame-sea/,
  "castles of the Loire": /^monuments-chateaude(Chambord|Chenonceau)$/,
  "pyramids": /pyramid/i,
  "stages": /^world_music-(ireland|italy|japan|orchestra)$/,
  "giraffes": /giraffe$/,
  "chameleons": /-cham(a)?eleon$/,
};

/** Shares of the photographs in training and validation; the rest is for the test. */
const shares = { train: 0.6, validation: 0.1 } as const;

/**
 * The photographs of a folder, as its table `photographs.tsv` lists them.
 *
 * @throws {TypeError} when a line of the table has not the expected columns
 */
export async function readPhotographs(folder: string): Promise<Photograph[]> {
  const table = `${folder}/photographs.tsv`;
  const [head, ...lines] = (await Deno.readTextFile(table)).trimEnd().split("\n");
  const columns = ["file", "format", "size", "licence", "author", "source", "caption"];
  if (head !== columns.join("\t")) {
    throw new TypeError(`Cannot read "${table}": the columns are "${head}", expected "${columns.join("\t")}"`);
  }
  return lines.map((line) => {
    const cells = line.split("\t");
    if (cells.length !== columns.length) {
      throw new TypeError(`Cannot read "${table}": ${cells.length} cells in "${line}", expected ${columns.length}`);
    }
    const [file, , , licence, author, source, caption] = cells;
    return { name: file.replace(/\.\w+$/, ""), file, licence, author, source, caption };
  });
}

/** The group of a photograph: its subject, or itself where no other shows the same. */
export function groupOf(name: string): string {
  return Object.entries(subjects).find(([, pattern]) => pattern.test(name))?.[0] ?? name;
}

/**
 * Photographs dealt to the splits, whole groups at a time, in an order drawn from the seed: training is filled
 * up to its share of the photographs, then validation, then the test.
 */
export function placePhotographs(photographs: readonly Photograph[], seed: number): PlacedPhotograph[] {
  const groups = [...new Set(photographs.map(({ name }) => groupOf(name)))];
  const order = Array.from(random(seed, "splits").permutation(groups.length), (i) => groups[i]);
  const splits = new Map<string, Split>();
  let placed = 0;
  for (const group of order) {
    const share = placed / photographs.length;
    splits.set(
      group,
      share < shares.train ? "train" : share < shares.train + shares.validation ? "validation" : "test",
    );
    placed += photographs.filter(({ name }) => groupOf(name) === group).length;
  }
  return photographs.map((photograph) => {
    const group = groupOf(photograph.name);
    return { ...photograph, group, split: splits.get(group)! };
  });
}

/** The pixels of a photograph with a shorter side of `size`. */
export async function loadPhotograph(folder: string, { file }: Photograph, size: number): Promise<Image> {
  return await resizeShortSide(await decodeImage(`${folder}/${file}`), size);
}
