import { fingerprint } from "../definition/fingerprint.ts";
import { loadInto } from "../engine/layout.ts";
import { readSafetensors } from "../engine/safetensors.ts";
import { disposeTree } from "../engine/tree.ts";
import { decodeImage, type Image } from "../image/decode.ts";
import type { World } from "./format.ts";
import { type GeneratorId, makingOf, trainedOn } from "./generators.ts";
import type { GroupName } from "./plan.ts";
import { patchesOf } from "./sheets.ts";
import { template, type Trained, type Training } from "./train.ts";

/** A world on disk whose weights and patches are used again. */
export interface KeptWorld {
  readonly folder: string;
  readonly world: World;
}

/** The weights that a training left in a world; null where it has none of just this course. The caller owns them. */
export async function keptTraining({ folder, world }: KeptWorld, training: Training): Promise<Trained | null> {
  const card = world.trainings[training.name];
  if (card === undefined || !sameValue(card.course, training.course)) return null;
  const shapes = template(training);
  try {
    return loadInto(shapes, readSafetensors(await Deno.readFile(`${folder}/${card.weights}`)));
  } finally {
    disposeTree([shapes.fixed, shapes.network]);
  }
}

/** The pictures of one group of patches in the order of the table, null where the world has none made in just this way. */
export async function keptPatches(
  { folder, world }: KeptWorld,
  { split, group, generator }: GroupName,
): Promise<Image[] | null> {
  const maker = generator ?? trainedOn; // of photographs' reconstructions too
  if (group !== "real" && !sameValue(world.generators[maker]?.settings, makingOf(maker as GeneratorId))) return null;
  const sheets = world.sheets.filter((sheet) =>
    sheet.split === split && sheet.group === group && sheet.generator === generator
  );
  if (sheets.length === 0) return null;
  const { size } = world.settings.cutting;
  const pictures = await Promise.all(
    sheets.map(async ({ file, patches }) =>
      patchesOf(await decodeImage(`${folder}/${file}`), { size, count: patches.length })
    ),
  );
  return pictures.flat();
}

/** Whether two values are written alike in JSON. */
function sameValue(a: unknown, b: unknown): boolean {
  return fingerprint({ value: a }) === fingerprint({ value: b });
}
