/** Loading of data: decoding of images, batches as training takes them, from files and from a table, by this thread. */
import { drct } from "../experiments/augmentations.ts";
import { freeRows, takeRows, thisThread } from "../lib/data/readers.ts";
import type { Treatment, Wanted } from "../lib/data/pixels.ts";
import { imageOf } from "../lib/data/source.ts";
import { decodeImage } from "../lib/image/decode.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { resizeImage } from "../lib/image/resize.ts";
import { random } from "../lib/random.ts";
import { imageTable } from "../lib/tables/image_table.ts";
import { bench } from "./benched.ts";

/** Images that differ. */
const IMAGES = 16;

const folder = Deno.makeTempDirSync({ prefix: "counterproof-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const pictures = await Promise.all(Array.from({ length: IMAGES }, (_, i) => picture(i)));
const jpegs = await Promise.all(pictures.map((image) => encodeImage(image, { format: "jpeg", quality: 90 })));
const webp = await encodeImage(pictures[0], { format: "webp", quality: 80 });
const png = await encodeImage(pictures[0], { format: "png" });
const files = jpegs.map((_, i) => `${folder}/${i}.jpg`);
await Promise.all(files.map((file, i) => Deno.writeFile(file, jpegs[i])));
const table = `${folder}/table.parquet`;
const stored = jpegs.map((bytes) => ({ bytes, path: null }));
await Deno.writeFile(table, imageTable({ texts: {}, images: { image: stored }, cut: { group: IMAGES } }));

const group = "decoding of 512²";
bench({ group, name: "JPEG", watch: "short", fn: () => decodeImage(jpegs[0]) });
bench({ group, name: "WebP", fn: () => decodeImage(webp) });
bench({ group, name: "PNG", fn: () => decodeImage(png) });
bench({ group, name: "JPEG in a table", fn: () => imageOf(`${table}#3/image`) });
for (const filter of ["linear", "lanczos"] as const) {
  const fn = () => resizeImage(pictures[0], { width: 224, height: 224, filter });
  bench({ group: "512² to 224²", name: filter, fn });
}

const { augment, view } = drct();
const treatment: Treatment = { augment, view, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
bench({
  ...{ group: "batch", name: `${IMAGES} JPEG of 512² by DRCT's augmentation`, watch: "short" },
  fn: async () => {
    // the same draws each time: what is drawn decides how long an image takes
    const wanted = files.map((file, i): Wanted => ({ file, stream: [1, "bench", i] }));
    const rows = takeRows(wanted.length, treatment);
    await thisThread.fill(rows, wanted, { treatment });
    freeRows(rows);
  },
});

/** Soft colours with grain, as large in its file as a photograph is. */
async function picture(i: number): ReturnType<typeof resizeImage> {
  const draw = random(1, "image", i);
  const small = { data: Uint8Array.from({ length: 32 * 32 * 3 }, () => draw.integer(256)), width: 32, height: 32 };
  const soft = await resizeImage(small, { width: 512, height: 512, filter: "cubic" });
  const data = Uint8Array.from(soft.data, (value) => Math.max(0, Math.min(255, value + 16 * (draw.uniform() - 0.5))));
  return { ...soft, data };
}
