import { createHash } from "node:crypto";
import { fingerprint } from "../definition/fingerprint.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { random } from "../random.ts";
import type { Split } from "../types.ts";
import type { Settings } from "./format.ts";
import { cutPatches, halvePatches, type Position } from "./patches.ts";
import { loadPhotograph, type PlacedPhotograph, placePhotographs, readPhotographs } from "./photographs.ts";

/** A photograph at working size and what becomes of its patches. */
export interface Gathered {
  readonly photograph: PlacedPhotograph;
  readonly image: Image;
  /** Patches that stay photographs. */
  readonly real: readonly Position[];
  /** Patches that fakes are made from; as many. */
  readonly source: readonly Position[];
}

/** Numbers of the shipped world. */
export const settings: Settings = {
  seed: 1,
  shortSide: 320,
  cutting: { size: 64, activity: 4, most: 30 },
  columns: 16,
};

/** Every photograph of a folder, dealt to a split, resized and cut. */
export async function gather(folder: string, { seed, shortSide, cutting }: Settings): Promise<Gathered[]> {
  const placed = placePhotographs(await readPhotographs(folder), seed);
  return await Promise.all(placed.map(async (photograph) => {
    const image = await loadPhotograph(folder, photograph, shortSide);
    const positions = cutPatches(image, cutting, random(seed, "patches", photograph.name));
    return { photograph, image, ...halvePatches(positions, random(seed, "halves", photograph.name)) };
  }));
}

/** Identity of the photographs that generators learn from: their pixels at working size, in order. */
export function identityOf(gathered: readonly Gathered[]): string {
  return fingerprint({
    kind: "photographs",
    pixels: gathered.map(({ image }) => createHash("sha256").update(image.data).digest("hex")),
  });
}

/** A patch and where it comes from. */
export interface Patch {
  readonly photograph: string;
  readonly position: Position;
  readonly image: Image;
}

/** The patches of one half of a split, by photograph. */
export function patchesOfSplit(
  gathered: readonly Gathered[],
  { split, half, size }: { split: Split; half: "real" | "source"; size: number },
): Patch[] {
  return gathered.filter(({ photograph }) => photograph.split === split).flatMap((each) =>
    each[half].map((position): Patch => {
      const [x, y] = position;
      const image = cropImage(each.image, { x, y, width: size, height: size });
      return { photograph: each.photograph.name, position, image };
    })
  );
}
