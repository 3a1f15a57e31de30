// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Times the index of a data set of a million empty files laid out as GenImage, with its memory: what an index costs beside
 * the reading of headers, which depends on the disk. `deno task bench:index [FILES]`; goals: 60 s and 400 MB for a million.
 */
import { indexData } from "../lib/data/index_make.ts";
import { genImage } from "../lib/layouts/mod.ts";
import { peakMegabytes } from "../lib/runs/memory.ts";

/** Folders of GenImage's generators: two splits of two classes each. */
const folders = [
  "stable_diffusion_v_1_4/imagenet_ai_0419_sdv4",
  "stable_diffusion_v_1_5/imagenet_ai_0424_sdv5",
  "Midjourney/imagenet_midjourney",
  "ADM/imagenet_ai_0508_adm",
  "wukong/imagenet_ai_0424_wukong",
  "glide/imagenet_glide",
  "VQDM/imagenet_ai_0419_vqdm",
  "BigGAN/imagenet_ai_0419_biggan",
].flatMap((folder) => ["train/nature", "train/ai", "val/nature", "val/ai"].map((half) => `GenImage/${folder}/${half}`));

function makeTree(data: string, files: number): void {
  for (const folder of folders) {
    Deno.mkdirSync(`${data}/${folder}`, { recursive: true });
    for (let i = 0; i < Math.ceil(files / folders.length); i++) {
      Deno.openSync(`${data}/${folder}/n0_${String(i).padStart(7, "0")}.png`, { write: true, create: true }).close();
    }
  }
}

/** In a process of its own, so that the memory is the index's alone. */
async function index(data: string): Promise<void> {
  const began = performance.now();
  const file = `${data}/index-genImage.parquet`;
  const work = indexData(genImage({ generators: "all" }), { data, file, hash: false });
  let step = await work.next();
  while (!step.done) step = await work.next();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${step.value.rows} files: ${seconds} s, ${peakMegabytes()} MB, index of ${(await Deno.stat(file)).size} bytes`,
  );
}

if (import.meta.main) {
  const [given = "1000000", data] = Deno.args;
  if (data !== undefined) {
    await index(data);
  } else {
    const folder = await Deno.makeTempDir();
    try {
      makeTree(folder, Number(given));
      for (const what of ["made", "made again"]) {
        console.log(what);
        const args = ["run", "-A", import.meta.filename!, given, folder];
        await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).spawn().status;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
}
