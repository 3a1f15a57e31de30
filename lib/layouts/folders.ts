import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample } from "../types.ts";
import { nameOf } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkFolder, checkFolders, checkLimit, type Limit } from "./options.ts";
import { dataOf, emptyPlaces, type Place, refuseEmpty, samplesOf } from "./places.ts";
import { twinsByName } from "./twins.ts";

/**
 * Any folders, of photographs and of fakes: the images in each and in all folders below it. They are the split in whose
 * place of a definition (`data.train`, `data.test`) the part stands; folders that are to be divided are named apart, or
 * the tenth of train is taken that validates where `data.validation` is null.
 *
 * All generators are scored against all photographs.
 */
export interface Folders extends Part<"folders"> {
  /** Folders of photographs, below the data folder. */
  readonly real: readonly string[];
  /** Folders of fakes, by the name of what generated them. */
  readonly fake: Readonly<Record<string, string>>;
  /** By folder of photographs or fakes, the folder that holds reconstructions under the same names; null: none. */
  readonly reconstructions: Readonly<Record<string, string>> | null;
  /** Null: all images. */
  readonly limit: Limit | null;
}

/** Makes a {@linkcode Folders} part. */
export const folders: Maker<Folders, "real" | "fake"> = part("folders", { reconstructions: null, limit: null }, {
  required: ["real", "fake"],
  check: ({ real, fake, reconstructions, limit }) => {
    checkFolders("folders.real", real);
    checkFolders("folders.fake", fake);
    const own = [...real, ...Object.values(fake)];
    const twice = own.find((folder, i) => own.some((other, j) => i !== j && `${folder}/`.startsWith(`${other}/`)));
    if (twice !== undefined) {
      throw new RangeError(
        `Cannot define folders: the images of "${twice}" are in two of the folders, expected each image in one`,
      );
    }
    for (const [of, folder] of Object.entries(reconstructions ?? {})) {
      checkFolder(`folders.reconstructions.${of}`, folder);
      if (!own.includes(of)) {
        throw new RangeError(
          `Cannot define folders.reconstructions: "${of}" is none of the folders, which are ${own.join(", ")}`,
        );
      }
    }
    checkLimit("folders.limit", limit);
  },
});

/**
 * The samples: photographs, then the fakes of each generator, in the order of the part, by path.
 *
 * @throws {Deno.errors.NotFound} for all missing and empty folders at once, before the first sample
 */
export async function* foldersSamples(spec: Folders, { data: given, split }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("folders", { data: given, expected: spec.real.concat(Object.values(spec.fake)).join(", ") });
  const common = { split, deep: true };
  const places: Place[] = [
    ...spec.real.map((folder): Place => ({ ...common, folder, label: "real", generator: null, set: null })),
    ...Object.entries(spec.fake).map(([generator, folder]): Place => ({
      ...common,
      folder,
      label: "fake",
      generator,
      set: generator,
    })),
  ];
  refuseEmpty(await emptyPlaces(places, data), {
    kind: "folders",
    data,
    of: places.length,
    remedy: "Put images there, or leave the folders out",
  });
  yield* samplesOf(places, { kind: "folders", data, limit: spec.limit });
}

/**
 * Which reconstructions lie under the names of the samples, with any extension.
 *
 * @returns by sample; null where there is none
 * @throws {TypeError} when the part names no reconstructions
 */
export async function foldersReconstructions(
  { reconstructions }: Folders,
  samples: readonly Sample[],
): Promise<(Sample | null)[]> {
  if (reconstructions === null) {
    throw new TypeError(
      "Cannot find the reconstructions of folders: it names none. Name their folders in folders.reconstructions, or " +
        "use inpainting()",
    );
  }
  const known = Object.entries(reconstructions);
  return await twinsByName(samples, ({ id, file }) => {
    const own = known.find(([folder]) => id.startsWith(`${folder}/`));
    if (own === undefined) return null;
    const data = file.slice(0, -id.length - 1);
    const below = id.slice(own[0].length, id.lastIndexOf("/"));
    return { folder: `${data}/${own[1]}${below}`, generator: nameOf(own[1]) };
  });
}
