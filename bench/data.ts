// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Reading of images beside PyTorch's DataLoader, PIL, albumentations and pyarrow, on the same files.
 *
 *     deno task bench:data [--images 512] [--rounds 5] [--workers 2]
 *
 * Both sides are processes of their own that take turns; a turn is a pass over all images, in which nothing is made for
 * the next one. The first turn only decodes and cuts, and has to tell the same mean value on both sides. With
 * `--workers` ours has another number of workers than the two of the other side. PYTHON names the interpreter, which
 * needs torch, albumentations 1.3 (DRCT's), Pillow and pyarrow.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { encodeImage } from "../lib/image/encode.ts";
import { resizeImage } from "../lib/image/resize.ts";
import { random } from "../lib/random.ts";
import { imageTable } from "../tests/tables/image_table.ts";
import { compareTimes } from "./compare.ts";

/** What is read, how many times as many images a second as theirs it should be, and how far apart the means may lie. */
const rows = [
  // decoders round otherwise by at most a value in 255
  { kind: "jpeg", title: "512² JPEG, DRCT's augmentation, 224² float32", goal: 1.5, tolerance: 0.01 },
  { kind: "parquet", title: "512² JPEG in parquet, decoded", goal: 1, tolerance: 0.005 },
] as const;

/** Files that differ; no side keeps pixels, so that the others may be copies. */
const DIFFERENT = 64;

const { images, rounds, workers } = parseArgs(Deno.args, {
  string: ["images", "rounds", "workers"],
  default: { images: "512", rounds: "5", workers: "2" },
});
const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
try {
  await writeImages(Number(images));
  for (const { kind, title, goal, tolerance } of rows) {
    const { ours, theirs, pytorch } = await compareTimes({
      what: title,
      ours: [Deno.execPath(), "run", "-A", here("./data_ours.ts"), kind, folder, workers],
      theirs: [Deno.env.get("PYTHON") ?? "python3", here("./peers/data.py"), kind, folder],
      tolerances: [tolerance],
    }, { rounds: Number(rounds), told: () => {} });
    const perSecond = (times: readonly number[]) => Math.round(1000 * Number(images) / median(times));
    const ratio = median(ours.map((time, i) => theirs[i] / time));
    console.log(
      `${title}: ${perSecond(ours)} images/s, theirs ${perSecond(theirs)} (${pytorch}); ratio ${ratio.toFixed(2)}, ` +
        `goal ${goal}; ${ours.length} rounds`,
    );
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Soft colours with grain, as large in their files as photographs are, and a table of the same. */
async function writeImages(count: number): Promise<void> {
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
