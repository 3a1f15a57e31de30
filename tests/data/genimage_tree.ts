/** A few small pictures laid out as GenImage, for tests of what reads whole data sets. */
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";

/** Folders of two generators, below the data folder. */
export const treeFolders = {
  sd14: "GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4",
  biggan: "GenImage/BigGAN/imagenet_ai_0419_biggan",
} as const;

/** Writes `count` photographs as JPEG and as many fakes as PNG for each split of each of two generators. */
export async function genImageTree(data: string, count = 3): Promise<void> {
  for (const [generator, folder] of Object.entries(treeFolders)) {
    for (const half of ["train", "val"]) {
      await Deno.mkdir(`${data}/${folder}/${half}/nature`, { recursive: true });
      await Deno.mkdir(`${data}/${folder}/${half}/ai`);
      for (let i = 0; i < count; i++) {
        const draw = random(i, generator, half);
        const pixels = Uint8Array.from({ length: 9 * 6 * 3 }, () => draw.integer(256));
        const image = { data: pixels, width: 9, height: 6 };
        const name = `${data}/${folder}/${half}`;
        // of real GenImage one photograph has one name, whichever generator it stands beside
        const photograph = await encodeImage(image, { format: "jpeg", quality: 90 });
        await Deno.writeFile(`${name}/nature/${half}_${String(i).padStart(4, "0")}.JPEG`, photograph);
        await Deno.writeFile(
          `${name}/ai/fake_${String(i).padStart(4, "0")}.png`,
          await encodeImage(image, { format: "png" }),
        );
      }
    }
  }
}
