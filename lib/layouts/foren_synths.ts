import { type Maker, type Part, part } from "../definition/part.ts";
import type { Sample, Split } from "../types.ts";
import { folderNames } from "./files.ts";
import type { Roots } from "./mod.ts";
import { checkFolder, checkLimit, checkNames, type Limit } from "./options.ts";
import { dataOf, emptyPlaces, type Place, refuseEmpty, samplesOf } from "./places.ts";

/**
 * ForenSynths (Wang et al., CVPR 2020, "CNN-generated images are surprisingly easy to spot"): trained on ProGAN, tested
 * on thirteen generators. Read from `<data>/<folder>/{train,val,test}/<generator>/[<category>/]{0_real,1_fake}`, the
 * category being there for some generators (progan, cyclegan, stylegan, stylegan2) and not for others. UniversalFakeDetect
 * trains on it and tests on it beside its own sets.
 *
 * A generator is scored against the photographs of its own folder; test sets are named "ForenSynths/<generator>", since
 * other data sets have a BigGAN too.
 */
export interface ForenSynths extends Part<"forenSynths"> {
  /** Below the data folder. */
  readonly folder: string;
  /** Names of the generators' folders; "all": those that the split has. */
  readonly generators: readonly string[] | "all";
  /** Over all categories of a generator; null: all images. */
  readonly limit: Limit | null;
}

/** Makes a {@linkcode ForenSynths} part. */
export const forenSynths: Maker<ForenSynths> = part("forenSynths", {
  folder: "ForenSynths",
  generators: "all",
  limit: null,
}, {
  check: ({ folder, generators, limit }) => {
    checkFolder("forenSynths.folder", folder);
    checkNames("forenSynths.generators", generators);
    checkLimit("forenSynths.limit", limit);
  },
});

const SPLITS: Readonly<Record<Split, string>> = { train: "train", validation: "val", test: "test" };

/**
 * The samples of one split, generator by generator, photographs before fakes, category by category, by name.
 *
 * @throws {Deno.errors.NotFound} when the split has no such folders, and for all empty ones at once
 */
export async function* forenSynthsSamples(spec: ForenSynths, { data: given, split }: Roots): AsyncGenerator<Sample> {
  const data = dataOf("forenSynths", { data: given, expected: `${spec.folder}/test/progan and so on` });
  const half = `${spec.folder}/${SPLITS[split]}`;
  // UniversalFakeDetect has no validation photographs of it, and readSamples tells that there are none
  if (split === "validation" && !(await folderNames(`${data}/${spec.folder}`) ?? ["val"]).includes("val")) return;
  const generators = spec.generators === "all" ? await folderNames(`${data}/${half}`) ?? [] : spec.generators;
  const found = await Promise.all(generators.map((generator) => placesOf(data, { half, generator, split })));
  const places = found.flat();
  const bare = generators.filter((_, i) => found[i].length === 0);
  if (places.length === 0 || (bare.length > 0 && spec.generators !== "all")) {
    throw new Deno.errors.NotFound(
      `Cannot read forenSynths from "${data}/${half}": found no folders 0_real and 1_fake ` +
        `${bare.length === 0 ? "there" : `of ${bare.join(", ")}`}. Unpack ForenSynths there, name its folder in ` +
        "forenSynths.folder, or leave the generators out",
    );
  }
  refuseEmpty(await emptyPlaces(places, data), {
    kind: "forenSynths",
    data,
    of: places.length,
    remedy: "Unpack them again, or leave their generators out",
  });
  yield* samplesOf(places, { kind: "forenSynths", data, limit: spec.limit });
}

async function placesOf(
  data: string,
  { half, generator, split }: { half: string; generator: string; split: Split },
): Promise<Place[]> {
  const top = `${half}/${generator}`;
  const inside = await folderNames(`${data}/${top}`) ?? [];
  const direct = inside.includes("0_real") || inside.includes("1_fake");
  const folders = direct ? [top] : await withClasses(data, inside.map((category) => `${top}/${category}`));
  const set = `ForenSynths/${generator}`;
  return (["real", "fake"] as const).flatMap((label) =>
    folders.map((folder): Place => ({
      folder: `${folder}/${label === "real" ? "0_real" : "1_fake"}`,
      label,
      generator: label === "real" ? null : generator,
      set,
      split,
    }))
  );
}

async function withClasses(data: string, folders: readonly string[]): Promise<string[]> {
  const inside = await Promise.all(folders.map((folder) => folderNames(`${data}/${folder}`)));
  return folders.filter((_, i) => inside[i]!.some((name) => name === "0_real" || name === "1_fake"));
}
