/** Data sets of random pictures, under the names that the published ones have. */
import { dirname } from "node:path";
import type { Experiment } from "../experiment.ts";
import type { Aligned } from "../layouts/aligned.ts";
import { type Drct2M, drct2MPlaces } from "../layouts/drct_2m.ts";
import type { Folders } from "../layouts/folders.ts";
import type { ForenSynths } from "../layouts/foren_synths.ts";
import { type GenImage, genImagePlaces } from "../layouts/genimage.ts";
import type { LareList } from "../layouts/lare_list.ts";
import { innermost, type Layout } from "../layouts/mod.ts";
import type { Place } from "../layouts/places.ts";
import { type UniversalFakeDetect, universalFakeDetectPlaces } from "../layouts/universal_fake_detect.ts";
import type { Label, Split } from "../types.ts";
import { picture } from "./pictures.ts";
import { writeElsaD3 } from "./write_elsa.ts";

/** How many photographs, and fakes of each generator, a split gets. */
export type Counts = Readonly<Record<Split, Readonly<Record<Label, number>>>>;

/** One split of a data set, and where it goes. */
export interface Part {
  /** Folder of the data sets. */
  readonly data: string;
  readonly split: Split;
  /** Photographs, and fakes of a generator. */
  readonly count: Readonly<Record<Label, number>>;
  /** Address under which a photograph can be had, by its name, where records name photographs by address. */
  readonly address: (name: string) => string;
}

type Writer<L> = (layout: L, part: Part) => Promise<void>;

/** Who writes a data set, by kind of layout; `null`: it is shipped. Those around another one are not here. */
const writers = {
  genImage: writeGenImage,
  drct2M: writeDrct2M,
  aligned: writeAligned,
  elsaD3: (_layout: unknown, part: Part) => writeElsaD3(part),
  lareList: writeLareList,
  folders: writeFolders,
  forenSynths: writeForenSynths,
  universalFakeDetect: writeUniversalFakeDetect,
  pocket: null,
} as const satisfies Record<Exclude<Layout["kind"], "matched" | "reencoded">, unknown>;

/**
 * Writes every data set that a definition reads, of random pictures. What is there is left as it is, so that a second
 * call with more images adds some.
 */
export async function writeData(
  { data }: Experiment,
  { counts, ...where }: Omit<Part, "split" | "count"> & { readonly counts: Counts },
): Promise<void> {
  for (const [split, layouts] of Object.entries({ ...data, maxSkipped: null })) {
    for (const layout of layouts ?? []) {
      const inner = innermost(layout);
      const write = writers[inner.kind] as Writer<typeof inner> | null;
      await write?.(inner, { ...where, split: split as Split, count: counts[split as Split] });
    }
  }
}

async function writeGenImage(layout: GenImage, part: Part): Promise<void> {
  const names = (label: Label) => (place: Place) => (i: number): string =>
    label === "real"
      ? photographName(part.split, i)
      : `${i % 1000}_${place.generator}_${String(i).padStart(5, "0")}.png`;
  for (const place of genImagePlaces(layout).filter(({ split }) => split === part.split)) {
    const { folder, label } = place;
    await writePictures(folder, { ...part, label, name: names(label)(place) });
    if (layout.reconstructions === null) continue;
    const beside = `${dirname(folder)}/${layout.reconstructions}`;
    await writePictures(beside, { ...part, label: "fake", like: label, name: names(label)(place) });
  }
}

async function writeDrct2M(layout: Drct2M, part: Part): Promise<void> {
  const first = part.split === "train" ? 9 : 139; // a photograph stands in one split alone
  const numbered = (ending: string) => (i: number): string => `${String(first + i).padStart(12, "0")}.${ending}`;
  for (const { folder, label } of drct2MPlaces(layout).filter(({ split }) => split === part.split)) {
    await writePictures(folder, { ...part, label, name: numbered(label === "real" ? "jpg" : "png") });
    if (layout.reconstructions === null || part.split !== "train") continue;
    const beside = `DR/${dirname(folder)}/${layout.reconstructions}/train2017`;
    await writePictures(beside, { ...part, label: "fake", like: label, name: numbered("png") });
  }
}

/** Both classes under the same names, of which the fakes are reconstructions. */
async function writeAligned({ folder, sets }: Aligned, part: Part): Promise<void> {
  const half = { train: "train", validation: "val", test: "test" }[part.split];
  for (const set of sets === "all" ? [""] : sets.map((set) => `/${set}`)) {
    await writeClasses(`${folder}/${half}${set}`, part);
  }
}

async function writeForenSynths({ folder, generators }: ForenSynths, part: Part): Promise<void> {
  const half = { train: "train", validation: "val", test: "test" }[part.split];
  for (const generator of generators === "all" ? ["progan", "stylegan"] : generators) {
    await writeClasses(`${folder}/${half}/${generator}`, part);
  }
}

async function writeClasses(folder: string, part: Part): Promise<void> {
  const name = (i: number): string => `${String(i).padStart(6, "0")}.png`;
  await writePictures(`${folder}/0_real`, { ...part, label: "real", name });
  await writePictures(`${folder}/1_fake`, { ...part, label: "fake", name });
}

async function writeUniversalFakeDetect(layout: UniversalFakeDetect, part: Part): Promise<void> {
  for (const { folder, label } of universalFakeDetectPlaces(layout)) {
    await writePictures(folder, { ...part, label, name: (i) => `${i}.${label === "real" ? "jpg" : "png"}` });
  }
}

async function writeFolders({ real, fake, reconstructions }: Folders, part: Part): Promise<void> {
  const name = (i: number): string => `${String(i).padStart(6, "0")}.png`;
  for (const folder of real) await writePictures(folder, { ...part, label: "real", name });
  for (const folder of Object.values(fake)) await writePictures(folder, { ...part, label: "fake", name });
  for (const [of, folder] of Object.entries(reconstructions ?? {})) {
    await writePictures(folder, { ...part, label: "fake", like: real.includes(of) ? "real" : "fake", name });
  }
}

/** The lists, with images beside them whose names tell classes of ImageNet, as GenImage's do. */
async function writeLareList({ lists, maps }: LareList, part: Part): Promise<void> {
  if (maps !== null) {
    throw new TypeError(
      `Cannot write the maps of lareList, ${maps.join(", ")}: they are what latentError() makes. Rehearse the recipe ` +
        "with maps: null and an error map in model.refine",
    );
  }
  for (const list of lists) {
    const folder = list.replace(/\.txt$/, "");
    const real = { folder: `${folder}/nature`, name: (i: number) => photographName(part.split, i) };
    const fake = { folder: `${folder}/ai`, name: (i: number) => `${i % 1000}_sdv5_${String(i).padStart(5, "0")}.png` };
    const lines: string[] = [];
    for (const [label, place] of [["real", real], ["fake", fake]] as const) {
      await writePictures(place.folder, { ...part, label, name: place.name });
      const value = label === "real" ? 0 : 1;
      for (let i = 0; i < part.count[label]; i++) lines.push(`${place.folder}/${place.name(i)}\t${value}\n`);
    }
    await Deno.writeTextFile(`${part.data}/${list}`, lines.join(""));
  }
}

/** ImageNet's name of a photograph of tenches; the one of its validation split stands in GenImage's test split. */
function photographName(split: Split, i: number): string {
  if (split === "test") return `ILSVRC2012_val_${String(i + 1).padStart(8, "0")}.JPEG`;
  return `n01440764_${(split === "train" ? 1000 : 5000) + i}.JPEG`;
}

/** Pictures of a folder that are not there yet. */
async function writePictures(
  folder: string,
  { data, count, label, name, like = label }: Part & {
    readonly label: Label;
    readonly name: (i: number) => string;
    /** Of what these are reconstructions; left out: of nothing. */
    readonly like?: Label;
  },
): Promise<void> {
  await Deno.mkdir(`${data}/${folder}`, { recursive: true });
  for (let i = 0; i < count[like]; i++) {
    const path = `${folder}/${name(i)}`;
    if (await Deno.stat(`${data}/${path}`).then(() => true, () => false)) continue;
    await Deno.writeFile(`${data}/${path}`, await picture(path, label));
  }
}
