import { imageTable } from "../tables/image_table.ts";
import { picture } from "./pictures.ts";
import type { Part } from "./write_data.ts";

/** Generators of a record's images, as ELSA_D3 names them. */
const GENERATORS = [
  "DeepFloyd/IF-II-L-v1.0",
  "CompVis/stable-diffusion-v1-4",
  "stabilityai/stable-diffusion-2-1-base",
  "stabilityai/stable-diffusion-xl-base-1.0",
];

/**
 * A parquet file of ELSA_D3's records: captions, the address of a photograph, and four images with what made them. The
 * photographs are fetched, as the published ones are.
 */
export async function writeElsaD3({ data, split, count, address }: Part): Promise<void> {
  await Deno.mkdir(`${data}/ELSA_D3/data`, { recursive: true });
  const records = Array.from({ length: count.real }, (_, i) => `${split}-${i}`);
  const all = (value: (id: string, i: number) => string): string[] => records.map(value);
  const images = await Promise.all(
    GENERATORS.map(async (_, k) => {
      const cells = records.map(async (id) => ({ bytes: await picture(`${id}/${k}.png`, "fake"), path: null }));
      return [`image_gen${k}`, await Promise.all(cells)] as const;
    }),
  );
  const table = imageTable({
    texts: {
      id: records,
      original_prompt: all((_, i) => `a photograph of ${i + 1} red boats on a lake`),
      positive_prompt: all((_, i) => `${i + 1} red boats on a lake, highly detailed, 4k`),
      url: all((id) => address(`${id}.jpg`)),
      ...Object.fromEntries(GENERATORS.map((generator, k) => [`model_gen${k}`, all(() => generator)])),
    },
    images: Object.fromEntries(images),
    cut: { group: 4 },
  });
  await Deno.writeFile(`${data}/ELSA_D3/data/${split}-00000-of-00001.parquet`, table);
}
