/** A maker of artifacts that needs no pipeline: the picture in negative. As a program it makes those of a folder. */
import { makeArtifacts } from "../../lib/data/make.ts";
import type { Maker } from "../../lib/data/making.ts";
import { artifactsOutlet } from "../../lib/data/outlets.ts";
import type { Image } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";
import { inpainting } from "../../lib/reconstruct/mod.ts";
import type { Sample } from "../../lib/types.ts";

/** The part that the toy stands for. */
export const spec = inpainting({ model: "sd1", steps: 3 });

/** What was asked of a toy. */
export interface Asked {
  opened: number;
  closed: number;
  /** Ids of each batch. */
  readonly batches: string[][];
}

/** A maker that inverts, and remembers what it was asked for. */
export function toyMaker(
  asked: Asked = newAsked(),
  { batch = 2, identity = "a".repeat(64), milliseconds = 0, of = spec as Maker["spec"], widest = Infinity } = {},
): () => Promise<Maker> {
  return () => {
    asked.opened++;
    let told = 0;
    return Promise.resolve({
      spec: of,
      pipeline: { name: "toy", identity },
      versions: { toy: "1" },
      batch,
      group: ({ width, height }) => `${width} × ${height}`,
      tooLarge: ({ width }) => width > widest ? `Toys take at most ${widest} pixels` : null,
      prepare: () => Promise.resolve(told++ === 0 ? ["Toys take no memory"] : []),
      async make(images) {
        asked.batches.push(images.map(({ id }) => id));
        if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return images.map(({ image }) => negative(image));
      },
      [Symbol.asyncDispose]() {
        asked.closed++;
        return Promise.resolve();
      },
    });
  };
}

/** Nothing was asked yet. */
export function newAsked(): Asked {
  return { opened: 0, closed: 0, batches: [] };
}

/** The picture in negative. */
export function negative({ data, width, height }: Image): Image {
  return { data: data.map((value) => 255 - value), width, height };
}

/** Writes small pictures of two sizes; their samples. */
export async function writePictures(folder: string, count: number): Promise<Sample[]> {
  return await Promise.all(Array.from({ length: count }, async (_, i): Promise<Sample> => {
    const id = `set ${i % 3}/${String(i).padStart(3, "0")}.png`;
    const [width, height] = i % 4 === 3 ? [9, 5] : [6, 8];
    const draw = random(1, "pictures", i);
    const data = Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256));
    await Deno.mkdir(`${folder}/set ${i % 3}`, { recursive: true });
    await Deno.writeFile(`${folder}/${id}`, await encodeImage({ data, width, height }, { format: "png" }));
    return sampleOf(id, folder);
  }));
}

/** A photograph below a folder. */
export function sampleOf(id: string, folder: string): Sample {
  const about = { source: id, generator: null, set: null, caption: null };
  return { id, file: `${folder}/${id}`, label: "real", split: "train", ...about };
}

if (import.meta.main) {
  const [folder, artifacts, count, shard, of, milliseconds] = Deno.args;
  const samples = Array.from({ length: Number(count) }, (_, i) => {
    return sampleOf(`set ${i % 3}/${String(i).padStart(3, "0")}.png`, folder);
  });
  const asked = newAsked();
  for await (
    const { kind } of makeArtifacts(samples, {
      outlet: artifactsOutlet(spec, artifacts),
      open: toyMaker(asked, { milliseconds: Number(milliseconds) }),
      shard: { index: Number(shard), of: Number(of) },
    })
  ) {
    // deno-lint-ignore no-console -- the test that started it reads this
    console.log(JSON.stringify([kind, asked.batches.flat()]));
  }
}
