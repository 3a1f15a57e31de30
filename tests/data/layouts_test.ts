import { measureExtent } from "../../lib/data/index_walk.ts";
import { imageOf } from "../../lib/data/source.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import {
  aligned,
  drct2M,
  elsaD3,
  folders,
  forenSynths,
  genImage,
  lareList,
  type Layout,
  readSamples,
  universalFakeDetect,
} from "../../lib/layouts/mod.ts";
import { assertEquals } from "../assert.ts";
import { put, tree } from "../layouts/tree.ts";
import { imageTable } from "../../lib/tables/image_table.ts";

/** A picture of one grey, in the format that its name ends in. */
async function picture(name: string, value: number): Promise<Uint8Array<ArrayBuffer>> {
  const image = { width: 8, height: 6, data: new Uint8Array(8 * 6 * 3).fill(value) };
  const format = /\.(jpe?g)$/i.test(name) ? "jpeg" as const : "png" as const;
  return new Uint8Array(await encodeImage(image, format === "jpeg" ? { format, quality: 95 } : { format }));
}

const [dark, light] = [40, 200];

/** Each data set in small: photographs are dark and fakes light, so that the class of a sample can be seen. */
const sets: Readonly<Record<string, { readonly layout: Layout; readonly real: string[]; readonly fake: string[] }>> = {
  genImage: {
    layout: genImage({ generators: ["biggan"] }),
    real: ["GenImage/BigGAN/imagenet_ai_0419_biggan/val/nature/ILSVRC2012_val_00000001.JPEG"],
    fake: ["GenImage/BigGAN/imagenet_ai_0419_biggan/val/ai/000_biggan_00082.png"],
  },
  drct2M: {
    layout: drct2M({ generators: ["lcm-lora-sdxl"] }),
    real: ["MSCOCO/val2017/000000000139.jpg"],
    fake: ["DRCT-2M/lcm-lora-sdxl/val2017/000000000139.png"],
  },
  aligned: {
    layout: aligned({ folder: "shaders" }),
    real: ["shaders/test/0_real/a.jpg", "shaders/test/0_real/b.jpg"],
    fake: ["shaders/test/1_fake/a.png", "shaders/test/1_fake/b.png"],
  },
  forenSynths: {
    layout: forenSynths(),
    real: ["ForenSynths/test/stylegan/car/0_real/1.png", "ForenSynths/test/crn/0_real/1.png"],
    fake: ["ForenSynths/test/stylegan/car/1_fake/1.png", "ForenSynths/test/crn/1_fake/1.png"],
  },
  universalFakeDetect: {
    layout: universalFakeDetect({ generators: ["guided", "dalle"] }),
    real: ["diffusion_datasets/imagenet/0_real/1.png", "diffusion_datasets/laion/0_real/1.jpg"],
    fake: ["diffusion_datasets/guided/1_fake/1.png", "diffusion_datasets/dalle/1_fake/1.png"],
  },
  folders: {
    layout: folders({ real: ["holidays"], fake: { model: "made/by/model" } }),
    real: ["holidays/2019/beach.jpg", "holidays/home.jpeg"],
    fake: ["made/by/model/1.png"],
  },
  lareList: {
    layout: lareList({ lists: ["anns/val_adm.txt"] }),
    real: ["GenImage/n03594945_36929.JPEG"],
    fake: ["GenImage/371_adm_00145.png"],
  },
  elsaD3: { layout: elsaD3(), real: ["ELSA_D3/real/validation/0000/1.jpg"], fake: [] },
};

/** What a data set has beside its pictures. */
async function besides(kind: string, data: string): Promise<void> {
  if (kind === "lareList") {
    await put(`${data}/anns/val_adm.txt`, `${sets[kind].real[0]}\t0\n${sets[kind].fake[0]}\t1\n`);
  }
  if (kind !== "elsaD3") return;
  const bytes = await picture("a.png", light);
  const images = Object.fromEntries(
    [0, 1, 2, 3].map((n) => [`image_gen${n}`, [1, 2].map(() => ({ bytes, path: null }))]),
  );
  await put(`${data}/ELSA_D3/validation/0000.parquet`, imageTable({ texts: {}, images, cut: { group: 1 } }));
  await put(`${data}/ELSA_D3/real/validation/0000.jsonl`, '{"row":0,"dead":"404"}\n{"row":1,"file":"1.jpg"}\n');
}

for (const [kind, { layout, real, fake }] of Object.entries(sets)) {
  Deno.test(`a small ${kind} is read to the pixels, photographs as real and fakes as fake`, async () => {
    await tree([], async (data) => {
      for (const [files, value] of [[real, dark], [fake, light]] as const) {
        for (const file of files) await put(`${data}/${file}`, await picture(file, value));
      }
      await besides(kind, data);
      const samples = await Array.fromAsync(readSamples(layout, { data, split: "test" }));
      const seen = { real: 0, fake: 0 };
      for (const { file, label } of samples) {
        const { width, height, data } = await imageOf(file);
        assertEquals([width, height, data[0] > 120 ? "fake" : "real"], [8, 6, label], file);
        seen[label]++;
      }
      assertEquals((await measureExtent(layout, data)).parts.map(({ split }) => split), ["test"]); // once for an index
      assertEquals(seen, { real: real.length, fake: kind === "elsaD3" ? 4 : fake.length });
    });
  });
}
