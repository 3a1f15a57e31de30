/** Which layout a folder has, told from its upper levels: what to say to someone who named another. */
import { folderNames, nameOf, parentOf } from "./files.ts";

/**
 * What stands where in a data set, as paths below the data folder: a part of a path may be several names ("train|val") or
 * any ("*"). Each pattern that something fits counts the same.
 */
export interface Shape {
  /** For people. */
  readonly expects: string;
  readonly patterns: readonly string[];
}

/** The shapes of all layouts that lie in a data folder, by kind; `pocket` lies in the library. */
export const shapes = {
  genImage: {
    expects: "GenImage/<generator>/<archive>/{train,val}/{nature,ai}",
    patterns: ["GenImage/*/imagenet_*/train|val/nature", "GenImage/*/imagenet_*/train|val/ai"],
  },
  drct2M: {
    expects: "MSCOCO/{train2017,val2017} and DRCT-2M/<generator>/{train2017,val2017}",
    patterns: ["MSCOCO/train2017|val2017", "DRCT-2M/*/train2017|val2017"],
  },
  aligned: {
    expects: "<folder>/{train,val}/<set>/{0_real,1_fake}, or the classes directly in the split",
    patterns: ["*/train|val|valid/latent_diffusion_*/0_real|1_fake", "*/train/0_real|1_fake"],
  },
  elsaD3: {
    expects: "ELSA_D3 with parquet files whose paths say train, validation, val or test",
    patterns: ["ELSA_D3"],
  },
  lareList: { expects: "the annotation files that it names", patterns: [] },
  forenSynths: {
    expects: "<folder>/{train,val,test}/<generator>/[<category>/]{0_real,1_fake}",
    patterns: ["*/train|val|test/progan/*", "*/test/biggan|gaugan|stargan|deepfake|crn|imle/0_real"],
  },
  universalFakeDetect: {
    expects: "diffusion_datasets/{imagenet,laion}/0_real and diffusion_datasets/<generator>/1_fake",
    patterns: ["*/imagenet|laion/0_real", "*/guided|ldm_200|ldm_100|dalle|glide_100_27/1_fake"],
  },
  folders: { expects: "the folders that it names", patterns: [] },
} as const satisfies Record<string, Shape>;

/** How well a folder fits a layout. */
export interface Fit {
  readonly kind: keyof typeof shapes;
  /** Share of the layout's patterns that something fits, above 0. */
  readonly share: number;
  /** The data folder that fits: the one given, the one above it or one directly inside. */
  readonly data: string;
}

/** Folders of one level that are looked into; a level of a data set has fewer, a folder full of images more. */
const WIDEST = 200;

/** Folders in the one that was named which are tried in its place. */
const FOLDERS = 20;

/**
 * The layouts that a folder fits, the best first: as it is named, then one of the folders in it, or the one above it, of
 * which nothing but this folder is looked at.
 */
export async function recognise(folder: string): Promise<Fit[]> {
  const inside = (await folderNames(folder) ?? []).slice(0, FOLDERS).map((name) => `${folder}/${name}`);
  const fits: Fit[] = [];
  for (const kind of Object.keys(shapes) as (keyof typeof shapes)[]) {
    const patterns = (shapes[kind] as Shape).patterns.map((pattern) => pattern.split("/"));
    const share = async (holds: (pattern: readonly string[]) => Promise<boolean>): Promise<number> =>
      (await Promise.all(patterns.map(holds))).filter(Boolean).length / Math.max(1, patterns.length);
    for (const data of [folder, ...inside]) {
      fits.push({ kind, data, share: await share((pattern) => matches(data, pattern)) });
    }
    const [own, above] = [nameOf(folder), parentOf(folder)];
    fits.push({
      kind,
      data: above,
      share: await share(async ([first, ...rest]) => isLike(own, first) && await matches(folder, rest)),
    });
  }
  const itself = ({ data }: Fit): number => Number(data === folder);
  return fits.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share || itself(b) - itself(a));
}

/**
 * What to say beneath the refusal of a folder that is not of the layout that was named: what was expected there, what
 * stands there, and the nearest layout that fits. Nothing where the folder has that layout, and merely lacks a part.
 */
export async function advice(kind: string, given: string): Promise<string> {
  const folder = given.replace(/(?<=.)\/+$/, "");
  const known = (shapes as Readonly<Record<string, Shape>>)[kind];
  const expected = known === undefined ? "" : `\nexpected  ${known.expects}`;
  const names = await folderNames(folder);
  const shown = names?.slice(0, 8).join(", ") ?? "";
  const found = names === null
    ? "no such folder"
    : names.length === 0
    ? "no folders"
    : shown + (names.length > 8 ? ` and ${names.length - 8} more` : "");
  const all = await recognise(folder);
  if (all.some((fit) => fit.kind === kind && fit.data === folder)) return "";
  const [best] = all;
  const nearest = best === undefined
    ? ""
    : best.kind === kind
    ? `\nthe data folder "${best.data}" has the layout ${kind}`
    : `\nthe nearest layout that fits is ${best.kind}${
      best.data === folder ? "" : `, with the data folder "${best.data}"`
    }`;
  return `${expected}\nfound     ${found}${nearest}`;
}

async function matches(folder: string, [pattern, ...rest]: readonly string[]): Promise<boolean> {
  if (pattern === undefined) return true;
  const names = await folderNames(folder);
  for (const name of (names ?? []).filter((name) => isLike(name, pattern)).slice(0, WIDEST)) {
    if (await matches(`${folder}/${name}`, rest)) return true;
  }
  return false;
}

function isLike(name: string, pattern: string): boolean {
  return pattern.split("|").some((one) => {
    const star = one.indexOf("*");
    return star < 0 ? name === one : name.startsWith(one.slice(0, star)) && name.endsWith(one.slice(star + 1));
  });
}
