/**
 * Our side of the readings of `deno task bench:peers`: one pass over the images for each line on stdin, its milliseconds and what the
 * other side should tell as well on stdout.
 *
 *     deno run -A bench/data_ours.ts jpeg|parquet FOLDER WORKERS
 */
import { crop } from "../lib/augment/mod.ts";
import { drct } from "../experiments/augmentations.ts";
import { freeRows, openReaders, takeRows } from "../lib/data/readers.ts";
import type { Treatment, Wanted } from "../lib/data/pixels.ts";
import { imageOf } from "../lib/data/source.ts";
import { rowCount } from "../lib/tables/cells.ts";
import { random } from "../lib/random.ts";
import { takeTurns } from "./turns.ts";

/** Rows of a batch, as the other side has them. */
const BATCH = 64;

/** Images that are decoded at once where no workers are. */
const AT_ONCE = 4;

const [kind, folder, workers] = Deno.args;
const read = await (kind === "jpeg" ? jpeg() : parquet());
await takeTurns(read);

type Read = (turn: number) => Promise<number>;

/** Files in a drawn order, augmented as DRCT does, in batches; the first pass cuts the centre alone. */
async function jpeg(): Promise<Read> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const files = names.filter((name) => name.endsWith(".jpg")).sort().map((name) => `${folder}/${name}`);
  const readers = openReaders(Number(workers));
  const { augment, view } = drct();
  const normal = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  return async (turn) => {
    const treatment: Treatment = {
      ...normal,
      ...(turn === 0 ? { view: crop({ size: 224 }), augment: [] } : { view, augment }),
    };
    const order = random(1, "order", turn).permutation(files.length);
    let sum = 0;
    for (let from = 0; from < files.length; from += BATCH) {
      const wanted = Array.from(order.subarray(from, from + BATCH), (i): Wanted => ({
        file: files[i],
        stream: turn === 0 ? null : [1, "augment", turn, i, "pair"],
      }));
      const rows = takeRows(wanted.length, treatment);
      await readers.fill(rows, wanted, { treatment });
      for (let i = 0; i < rows.length; i++) sum += rows[i];
      freeRows(rows);
    }
    return sum / (files.length * 224 * 224 * 3);
  };
}

/** Cells of a table in their order, decoded. */
async function parquet(): Promise<Read> {
  const path = `${folder}/table.parquet`;
  const rows = await rowCount(path);
  return async () => {
    let sum = 0, next = 0;
    const hand = async (): Promise<void> => {
      while (next < rows) {
        const { data, width, height } = await imageOf(`${path}#${next++}/image`);
        let part = 0, count = 0;
        for (let y = 0; y < height; y += 16) {
          for (let x = 0; x < width; x += 16) {
            const at = 3 * (y * width + x);
            part += data[at] + data[at + 1] + data[at + 2];
            count += 3;
          }
        }
        sum += part / count;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
    return sum / rows;
  };
}
