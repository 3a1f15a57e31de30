import { createHash } from "node:crypto";
import { join } from "node:path";
import { fingerprint } from "../definition/fingerprint.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { meant } from "../definition/nearest.ts";
import type { PatchGroup, Sheet, World } from "../pocket/format.ts";
import { random } from "../random.ts";
import type { Sample, Split } from "../types.ts";
import type { Roots } from "./mod.ts";
import { checkGenerators, checkLimit, type Limit } from "./options.ts";

/** The generators of the pocket world; the first is the one that is trained on and that reconstructs. */
export const pocketGenerators = [
  "latent-nearest",
  "latent-retrained",
  "latent-noskip",
  "quantised-transposed",
  "latent-shuffle",
  "pixel-ddpm",
  "superres-diffusion",
  "gan-transposed",
] as const;

/** A generator of the pocket world. */
export type PocketGenerator = typeof pocketGenerators[number];

/**
 * The pocket world: patches of 86 photographs and of small generators trained on them, shipped with the
 * library (`lib/pocket/README.md` tells how it was made). Training and validation hold the fakes of one
 * generator, and a reconstruction of every patch; the test holds those of all, made from the same patches.
 *
 * Every generator is scored against the same photographs. Captions say what the photograph shows from which a patch
 * was cut, or from which a fake was made: the same for both.
 */
export interface Pocket extends Part<"pocket"> {
  /** Whose fakes; "all": of every generator that the split has. */
  readonly generators: readonly PocketGenerator[] | "all";
  /** As many patches of each photograph on both sides; null: all. */
  readonly limit: Limit | null;
}

/** Makes a {@linkcode Pocket} part. */
export const pocket: Maker<Pocket> = part("pocket", { generators: "all", limit: null }, {
  check: ({ generators, limit }) => {
    checkGenerators("pocket.generators", generators, pocketGenerators);
    checkLimit("pocket.limit", limit);
  },
});

/** Folder of the world that is shipped. */
export const shippedWorld = join(import.meta.dirname!, "../pocket/world");

/**
 * The samples of one split of the pocket world: photographs, then the fakes of each generator. Every file they
 * stand in is compared with its hash first.
 *
 * @param roots only `split` counts; the world lies in the library
 * @throws {RangeError} when the split has no fakes of a generator that the part names
 * @throws {TypeError} when a file is not what the world's table says
 */
export async function* pocketSamples(
  spec: Pocket,
  { split }: Roots,
  folder: string = shippedWorld,
): AsyncGenerator<Sample> {
  const world = await openWorld(folder);
  const chosen: (string | null)[] = [null, ...chosenGenerators(spec, world, split)];
  const lists = chosen.map((generator) =>
    sheetsOf(world, { split, group: generator === null ? "real" : "fake", generator })
  );
  await Promise.all(lists.flat().map(({ file }) => verifyFile(folder, world, file)));
  for (const sheets of lists) {
    const samples = sheets.flatMap((sheet) => samplesOf(sheet, world, folder));
    for (const i of kept(samples.length, spec, split)) yield samples[i];
  }
}

/**
 * The reconstructions that are shipped for some samples, null where there is none. Their files are compared
 * with their hashes first.
 *
 * @throws {TypeError} when a file is not what the world's table says
 */
export async function pocketReconstructions(
  _spec: Pocket,
  samples: readonly Sample[],
  _roots: Roots,
  folder: string = shippedWorld,
): Promise<(Sample | null)[]> {
  const world = await openWorld(folder);
  const sheets = world.sheets.filter(({ split, group }) =>
    group.endsWith("reconstruction") && samples.some((sample) => sample.split === split)
  );
  await Promise.all(sheets.map(({ file }) => verifyFile(folder, world, file)));
  const made = new Map(sheets.flatMap((sheet) => samplesOf(sheet, world, folder)).map((sample) => [sample.id, sample]));
  return samples.map(({ id }) => made.get(`${id}@${pocketGenerators[0]}`) ?? null);
}

/** The hash of the shipped world: other patches make other runs. */
export async function pocketIdentity(): Promise<string> {
  return (await openWorld()).hash;
}

/**
 * The table of a pocket world, compared with the hash it names.
 *
 * @throws {Deno.errors.NotFound} when the folder holds no `world.json`
 * @throws {TypeError} when the table is not what its hash says
 */
export async function openWorld(folder: string = shippedWorld): Promise<World> {
  const file = `${folder}/world.json`;
  const world: World = JSON.parse(new TextDecoder().decode(await readOrRefuse(file)));
  const { hash, ...rest } = world;
  const found = fingerprint({ kind: "world", ...rest });
  if (found !== hash) throw new TypeError(unlikeItsHash(file, { found, expected: hash }));
  return world;
}

/**
 * Compares one file of a world with its hash.
 *
 * @throws {Deno.errors.NotFound} when it is not there
 * @throws {TypeError} when its content is not what the world's table says
 */
export async function verifyFile(folder: string, world: World, file: string): Promise<void> {
  const found = createHash("sha256").update(await readOrRefuse(`${folder}/${file}`)).digest("hex");
  const expected = world.files[file];
  if (found !== expected) throw new TypeError(unlikeItsHash(`${folder}/${file}`, { found, expected }));
}

function unlikeItsHash(file: string, { found, expected }: { found: string; expected: string }): string {
  return `Cannot use "${file}" of the pocket world: its SHA-256 is ${found}, expected ${expected}. ` + remedy;
}

const remedy = "Restore it with: git checkout -- lib/pocket/world, or make the world anew with: deno task pocket:build";

async function readOrRefuse(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot find "${file}" of the pocket world. ${remedy}`, { cause: error });
  }
}

function sheetsOf(
  world: World,
  { split, group, generator }: { split: Split; group: PatchGroup; generator: string | null },
): Sheet[] {
  return world.sheets.filter((sheet) =>
    sheet.split === split && sheet.group === group && sheet.generator === generator
  );
}

function chosenGenerators({ generators }: Pocket, world: World, split: Split): string[] {
  const fakes = world.sheets.filter((sheet) => sheet.split === split && sheet.group === "fake");
  const there = [...new Set(fakes.map(({ generator }) => generator!))];
  if (generators === "all") return there;
  for (const id of generators) {
    if (there.includes(id)) continue;
    throw new RangeError(
      `Cannot read the fakes of "${id}" in the ${split} split of pocket: ${meant(id, there, "generators there")}`,
    );
  }
  return [...generators];
}

/** Which of `count` patches stay: the same for every group of a split, so that content stays matched. */
function kept(count: number, { limit }: Pocket, split: Split): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (limit === null || count <= limit.perClass) return all;
  return [...random(limit.seed, "pocket", split).permutation(count).subarray(0, limit.perClass)].sort((a, b) => a - b);
}

function samplesOf(sheet: Sheet, { settings, photographs }: World, folder: string): Sample[] {
  const { size } = settings.cutting;
  const captions = new Map(photographs.map(({ name, caption }) => [name, caption]));
  const reconstructed = sheet.group.endsWith("reconstruction");
  const original = sheet.generator ?? "real";
  return sheet.patches.map(([photograph, x, y], i): Sample => {
    const left = (i % settings.columns) * size;
    const top = Math.floor(i / settings.columns) * size;
    const id = `${sheet.split}/${original}/${photograph}-${x}-${y}`;
    return {
      id: reconstructed ? `${id}@${pocketGenerators[0]}` : id,
      file: `${folder}/${sheet.file}#xywh=${left},${top},${size},${size}`,
      label: sheet.group === "real" ? "real" : "fake",
      source: photograph,
      generator: reconstructed ? pocketGenerators[0] : sheet.generator,
      set: sheet.generator,
      split: sheet.split,
      caption: captions.get(photograph)!,
    };
  });
}
