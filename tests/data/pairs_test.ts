import { gatherSamples } from "../../lib/data/pairs.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { aligned } from "../../lib/layouts/aligned.ts";
import { genImage } from "../../lib/layouts/genimage.ts";
import { pocket } from "../../lib/layouts/pocket.ts";
import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { existing, inpainting } from "../../lib/reconstruct/mod.ts";
import type { Pair } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
const folders = { data: folder, artifacts: `${folder}/artifacts` };

/** How many samples of each class have a reconstruction, of how many. */
function rebuilt(pairs: readonly Pair[]): string[] {
  return ["real", "fake"].map((label) => {
    const of = pairs.filter(({ sample }) => sample.label === label);
    return `${of.filter(({ reconstruction }) => reconstruction !== null).length} of ${of.length}`;
  });
}

const plain: Experiment = derive(tinyDual(), {
  reconstruct: null,
  batch: { size: 6, synced: false },
  loss: { contrastive: undefined, reconstruction: undefined },
});

Deno.test("gatherSamples() holds a tenth of the sources out of training, with the reconstructions that are there", async () => {
  const { train, validation } = await gatherSamples(tinyDual(), folders);
  assertEquals([train.length, validation.length], [21, 3]); // of 24 sources
  const sources = new Set(train.map(({ sample }) => sample.source));
  assert(validation.every(({ sample }) => !sources.has(sample.source)));
  assert(validation.every(({ sample, reconstruction }) => reconstruction?.source === sample.source));
});

Deno.test("gatherSamples() finds reconstructions to measure where training takes none, or of one class", async () => {
  const { train, validation } = await gatherSamples(plain, folders);
  assert(train.every(({ reconstruction }) => reconstruction === null));
  assert(validation.every(({ reconstruction }) => reconstruction !== null));
  const half = derive(plain, { reconstruct: existing({ of: "real" }) });
  assert((await gatherSamples(half, folders)).validation.every(({ reconstruction }) => reconstruction !== null));
});

Deno.test("gatherSamples() leaves the fakes of training out where reconstructions are to be the only ones", async () => {
  const only = derive(plain, { reconstruct: existing({ of: "real" }), batch: { fakes: 0, synced: true } });
  const { train, validation } = await gatherSamples(only, folders);
  assert(train.length > 0 && train.every(({ sample, reconstruction }) => sample.label === "real" && reconstruction));
  assert(validation.some(({ sample }) => sample.label === "fake"));
});

Deno.test("gatherSamples() finds the reconstructions that the pocket world ships for its validation split", async () => {
  const data = { train: [pocket()], validation: [pocket({ limit: { perClass: 5, seed: 1 } })], test: [pocket()] };
  const { validation } = await gatherSamples(derive(plain, { data }), { ...folders, data: null });
  assertEquals(rebuilt(validation), ["5 of 5", "5 of 5"]);
  assert(validation.every(({ reconstruction }) => reconstruction!.split === "validation"));
});

Deno.test("gatherSamples() does without reconstructions that a data set does not ship, or that are not there", async () => {
  const published = { ...folders, data: `${folder}/published` };
  for (const half of ["train/nature", "train/ai", "val/nature", "val/ai"]) {
    const below = `GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/${half}`;
    await Deno.mkdir(`${published.data}/${below}`, { recursive: true });
    await Deno.copyFile(`${folder}/${below}/crop/000.png`, `${published.data}/${below}/000.png`);
  }
  const onSd14 = (reconstructions: "inpainting2" | null): Experiment => {
    const layouts = [genImage({ generators: ["sd14"], reconstructions })];
    return derive(plain, { data: { train: layouts, test: layouts } });
  };
  const [first] = (await gatherSamples(onSd14(null), published)).validation;
  assertEquals(first.reconstruction, null);
  const lacking = (await gatherSamples(onSd14("inpainting2"), folders)).validation;
  assertEquals(lacking.map(({ reconstruction }) => reconstruction), [null, null, null]);
});

Deno.test("gatherSamples() takes inpainted validation images from the artifacts, by class, and does without", async () => {
  const spec = inpainting({ model: "sd1", of: "real" });
  const pocketed = derive(plain, {
    data: { train: [pocket()], validation: [pocket({ limit: { perClass: 2, seed: 1 } })], test: [pocket()] },
  });
  const withArtifacts = { data: null, artifacts: folders.artifacts };
  const put = async (pairs: readonly Pair[]) => {
    for (const { sample } of pairs) {
      const file = `${folders.artifacts}/${artifactFolder(spec)}/${sample.id}.png`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(file, new Uint8Array());
    }
  };
  const { train, validation } = await gatherSamples(pocketed, withArtifacts);
  await put(train.filter(({ sample }) => sample.label === "real"));
  const inpainted = derive(pocketed, { reconstruct: spec, batch: { size: 6 } });
  assertEquals(rebuilt((await gatherSamples(inpainted, withArtifacts)).validation), ["0 of 2", "0 of 2"]);
  await put(validation.filter(({ sample }) => sample.label === "real"));
  await put(validation.filter(({ sample }) => sample.label === "fake").slice(1));
  const found = (await gatherSamples(inpainted, withArtifacts)).validation;
  assertEquals(rebuilt(found), ["2 of 2", "0 of 2"]);
  assert(found.every(({ reconstruction }) => reconstruction?.file.startsWith(folders.artifacts) ?? true));
});

Deno.test("gatherSamples() pairs photographs with fakes of their name, and tells of an empty class folder", async () => {
  const root = `${folder}/aligned/train`;
  for (const file of ["a/0_real/1.jpg", "a/0_real/2.jpg", "a/1_fake/1.png", "a/1_fake/2.png", "b/0_real/1.jpg"]) {
    await Deno.mkdir(`${root}/${file.slice(0, 8)}`, { recursive: true });
    await Deno.writeTextFile(`${root}/${file}`, "");
  }
  const data = { train: [aligned({ folder: "aligned", sets: ["a"] })], validation: [pocket()], test: [pocket()] };
  const synced = derive(plain, { data, reconstruct: existing({ of: "real" }) });
  const { train, notices } = await gatherSamples(synced, folders);
  assertEquals([rebuilt(train), notices], [["2 of 2", "0 of 0"], []]);
  assertEquals(train[1].reconstruction!.file, `${root}/a/1_fake/2.png`);
  assertEquals(train[1].reconstruction!.source, train[1].sample.source);

  const all = derive(plain, { data: { ...data, train: [aligned({ folder: "aligned" })] } });
  assertEquals((await gatherSamples(all, folders)).notices.map((text) => text.slice(folder.length + 2)), [
    'aligned/train/b/1_fake" of aligned holds no images; the other folders are read without it',
  ]);
});
