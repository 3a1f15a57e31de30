/** Reading of images, beside PyTorch's DataLoader with PIL and albumentations and beside pyarrow, on the same files. */
import { fileURLToPath } from "node:url";
import { encodeImage } from "../lib/image/encode.ts";
import { resizeImage } from "../lib/image/resize.ts";
import { random } from "../lib/random.ts";
import { imageTable } from "../lib/tables/image_table.ts";
import type { Comparison } from "./compare.ts";

/** Images that are read. */
export interface Reading {
  readonly title: string;
  /** Least images a second over theirs. */
  readonly least: number;
  /** Largest difference of the mean values that the first passes tell: decoders round otherwise by at most one in 255. */
  readonly tolerance: number;
  /** What the other side imports, and by which name pip installs it. */
  readonly needs: Readonly<Record<string, string>>;
}

/** By the name that `--only` takes, and that `data_ours.ts` and `peers/data.py` know. */
export const readings: Readonly<Record<string, Reading>> = {
  jpeg: {
    title: "512² JPEG, DRCT's augmentation, 224² float32",
    least: 1.5,
    tolerance: 0.01,
    needs: { torch: "torch", albumentations: "albumentations==1.3.1", PIL: "pillow" },
  },
  parquet: {
    title: "512² JPEG in parquet, decoded",
    least: 1,
    tolerance: 0.005,
    needs: { pyarrow: "pyarrow", PIL: "pillow", numpy: "numpy" },
  },
};

/** Images of a pass. */
export const images = 512;

/** Workers that read files, of each side; what is in parquet is read in turn. */
export const readers = 2;

/** Files that differ; no side keeps pixels, so that the others may be copies. */
const DIFFERENT = 64;

/** Two processes that make a pass over the images of a folder a turn; the first one only decodes and cuts. */
export function readingComparison(name: string, { folder, python }: { folder: string; python: string }): Comparison {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  return {
    what: readings[name].title,
    ours: [Deno.execPath(), "run", "-A", here("./data_ours.ts"), name, folder, `${readers}`],
    theirs: [python, here("./peers/data.py"), name, folder],
    tolerances: [readings[name].tolerance],
  };
}

/** Soft colours with grain, as large in their files as photographs are, and a table of the same. */
export async function writeImages(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < images; i++) {
    const bytes = i < DIFFERENT ? await picture(i) : encoded[i % DIFFERENT];
    encoded.push(bytes);
    await Deno.writeFile(`${folder}/${String(i).padStart(6, "0")}.jpg`, bytes);
  }
  const stored = encoded.map((bytes) => ({ bytes, path: null }));
  const table = imageTable({ texts: {}, images: { image: stored }, cut: { group: 100 } });
  await Deno.writeFile(`${folder}/table.parquet`, table);
}

async function picture(i: number): Promise<Uint8Array> {
  const draw = random(1, "image", i);
  const small = { data: Uint8Array.from({ length: 32 * 32 * 3 }, () => draw.integer(256)), width: 32, height: 32 };
  const soft = await resizeImage(small, { width: 512, height: 512, filter: "cubic" });
  const data = Uint8Array.from(soft.data, (value) => Math.max(0, Math.min(255, value + 16 * (draw.uniform() - 0.5))));
  return await encodeImage({ ...soft, data }, { format: "jpeg", quality: 90 });
}
