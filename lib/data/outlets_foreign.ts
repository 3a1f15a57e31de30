/** Where results go so that the code of DRCT, AlignedForensics and LaRE² finds them, under the names it reads. */
import { join, resolve } from "node:path";
import { isPart, type Part } from "../definition/part.ts";
import { writeTorchTensor } from "../engine/torch_write.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { encodeImage } from "../image/encode.ts";
import { parseRecodings } from "../image/recode.ts";
import { nameOf, parentOf, stem } from "../layouts/files.ts";
import { artifactFolder } from "../reconstruct/artifacts.ts";
import { shardName } from "../reconstruct/shards.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { Sample } from "../types.ts";
import type { Outlet } from "./making.ts";
import { bytesOfResult, isMap } from "./outlets.ts";
import { parseCell } from "./source.ts";

/** What DRCT calls the three pipelines that it reconstructs with, behind "inpainting". */
const drctNames: Readonly<Record<string, string>> = { sd1: "", sd2: "2", sdxl: "_xl" };

/**
 * As `data/diffusion_rec.py` of DRCT writes and its data set reads: below `DR`, in the place of each image's folder one
 * named after the pipeline, and of GenImage the image beside it in `crop`, cut as the reconstruction is. Files are
 * `<name>.png`; the script cuts names at their first dot, this at their last, so that no two become one.
 *
 * `drct2M({ reconstructions })` reads it where `to` is the data folder, `genImage({ reconstructions })` where `<to>/DR` is.
 *
 * @throws {TypeError} for another part than DRCT's
 */
function drctOutlet(spec: Part, to: string): Outlet {
  const { model, steps } = spec as Part & { readonly model?: string; readonly steps?: number };
  const name = spec.kind === "inpainting" && model !== undefined ? drctNames[model] : undefined;
  if (name === undefined) {
    throw new TypeError(
      `Cannot write the results of ${describe(spec)} as drct: DRCT reads those of inpainting() with the models ` +
        `${Object.keys(drctNames).join(", ")}. ` +
        (spec.kind === "inpainting" ? "Say which it is, as --model sd1, or leave --as out" : "Leave --as out"),
    );
  }
  // of other numbers of steps, too, as the script names them
  const folderName = (whole: string): string => `${steps === 50 ? "" : `step${steps}_`}${whole}inpainting${name}`;
  const placeOf = ({ id }: Sample): { readonly made: string; readonly crop: string | null } => {
    const file = `${stem(nameOf(id))}.png`;
    const genImage = /^(GenImage\/.+\/(?:train|val)\/(?:nature|ai))(?:\/crop)?\/[^/]+$/.exec(id);
    if (genImage !== null) {
      const folder = `DR/${genImage[1]}`;
      return { made: `${folder}/${folderName("")}/${file}`, crop: `${folder}/crop/${file}` };
    }
    const coco = /^(MSCOCO|DRCT-2M\/[^/]+)\/(train2017|val2017)\/[^/]+$/.exec(id);
    if (coco !== null) return { made: `DR/${coco[1]}/${folderName("full_")}/${coco[2]}/${file}`, crop: null };
    throw new RangeError(
      `Cannot write what is made of "${id}" as drct: expected images in GenImage/…/{train,val}/{nature,ai}, ` +
        "MSCOCO/{train2017,val2017} or DRCT-2M/<generator>/{train2017,val2017}. Name the folder that holds these",
    );
  };
  return {
    root: to,
    folder: bookFolder(spec, to),
    fileOf: (sample) => placeOf(sample).made,
    async filesOf({ sample, image }, result) {
      const { made, crop } = placeOf(sample);
      const own = { path: made, bytes: await bytesOfResult(result) };
      if (crop === null || isMap(result)) return [own];
      return [{ path: crop, bytes: await encodeImage(middleOf(image, result), { format: "png" }) }, own];
    },
  };
}

/** The middle of an image, as large as another one. */
function middleOf(image: Image, { width, height }: Image): Image {
  const start = (side: number, kept: number): number => Math.max(0, Math.floor((side - kept) / 2));
  return cropImage(image, { x: start(image.width, width), y: start(image.height, height), width, height });
}

/**
 * As AlignedForensics's `recon/execute.py` writes and its data set reads: the image of `0_real/a.jpg` is `1_fake/a.png`,
 * that of any other name has the same name, whatever its ending says: its content is PNG, which all readers go by.
 *
 * `aligned()` reads it where `to` is the data folder and the photographs lie there.
 *
 * @throws {TypeError} for a part that makes maps
 */
function alignedOutlet(spec: Part, to: string): Outlet {
  refuseMaps(spec, "aligned");
  const fileOf = ({ id }: Sample): string => {
    if (/(^|\/)0_real\//.test(id)) {
      return `${parentOf(id).replaceAll("0_real", "1_fake")}/${nameOf(id).replaceAll(".jpg", ".png")}`;
    }
    throw new RangeError(
      `Cannot write what is made of "${id}" as aligned: expected photographs in folders named 0_real. Name the folder ` +
        "that holds these, and no fakes (--of real)",
    );
  };
  return {
    root: to,
    folder: bookFolder(spec, to),
    fileOf,
    filesOf: async ({ sample }, result) => [{ path: fileOf(sample), bytes: await bytesOfResult(result) }],
  };
}

/**
 * As LaRE²'s `extract_lare.py` writes and its training reads: `maps/<name up to its first dot>.pt`, a tensor that
 * `torch.load` reads; in the end `maps.txt`, a line for each map with its label behind a tab, and for each split
 * `anns-<split>.txt`, the same of the images, behind a space. Those of a shard bear its name, and are to be put together.
 *
 * `lareList({ lists, maps })` reads them.
 *
 * @throws {TypeError} for a part that makes no maps
 */
function lareOutlet(spec: Part, to: string): Outlet {
  if (spec.kind !== "latentError") {
    throw new TypeError(
      `Cannot write the results of ${
        describe(spec)
      } as lare: LaRE² reads error maps. Take latentError, or leave --as out`,
    );
  }
  const fileOf = ({ id, file }: Sample): string => {
    if (parseCell(file) === null && !/#xywh=/.test(file) && parseRecodings(file).recodings.length === 0) {
      return `maps/${nameOf(id).split(".")[0]}.pt`;
    }
    throw new RangeError(
      `Cannot write the error map of "${file}" as lare: LaRE²'s lists name files of images, and this is a part of one, ` +
        "or stored anew. Leave --as out, and its map lies among the artifacts",
    );
  };
  return {
    root: to,
    folder: bookFolder(spec, to),
    fileOf,
    filesOf: async ({ sample }, result) => {
      if (!isMap(result)) throw new TypeError("Cannot write an image as lare: expected an error map");
      const path = fileOf(sample);
      return await Promise.resolve([{ path, bytes: writeTorchTensor(result, stem(nameOf(path))) }]);
    },
    async finish(done, { shard, through }) {
      const suffix = shard.of === 1 ? "" : `-${shardName(shard)}`;
      const label = (sample: Sample): string => sample.label === "fake" ? "1" : "0";
      const write = (name: string, lines: readonly string[]): Promise<void> =>
        writeAtomic(join(to, `${name}${suffix}.txt`), lines.map((line) => `${line}\n`).join(""), { through });
      await write("maps", done.map((sample) => `${resolve(to, fileOf(sample))}\t${label(sample)}`));
      for (const split of new Set(done.map((sample) => sample.split))) {
        const own = done.filter((sample) => sample.split === split);
        await write(`anns-${split}`, own.map((sample) => `${resolve(sample.file)} ${label(sample)}`));
      }
    },
  };
}

/** Outlets by the name of whose code reads them. */
export const foreignOutlets = { drct: drctOutlet, aligned: alignedOutlet, lare: lareOutlet };

/** Index, locks and signature, out of the way of those who list a data set's folders. */
function bookFolder(spec: Part, to: string): string {
  return join(to, `counterproof-${artifactFolder(spec)}`);
}

function refuseMaps(spec: Part, name: string): void {
  if (spec.kind !== "latentError") return;
  throw new TypeError(
    `Cannot write error maps as ${name}: expected images. Take a method that makes them, or --as lare`,
  );
}

function describe(spec: Part): string {
  const { model, of } = spec as Part & { readonly model?: string; readonly of?: unknown };
  if (isPart(of)) return `${spec.kind}({ of: ${of.kind}() })`;
  return `${spec.kind}(${model === undefined ? "" : `{ model: "${model}" }`})`;
}
