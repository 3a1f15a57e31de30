import { gatherAsIfMade } from "../../lib/data/as_if_made.ts";
import { fetchDefaults, fetchReals } from "../../lib/data/fetch_reals.ts";
import { imageOf } from "../../lib/data/source.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { aligned } from "../../lib/layouts/aligned.ts";
import { drct2M } from "../../lib/layouts/drct_2m.ts";
import { elsaD3 } from "../../lib/layouts/elsa_d3.ts";
import { folders } from "../../lib/layouts/folders.ts";
import { forenSynths } from "../../lib/layouts/foren_synths.ts";
import { genImage } from "../../lib/layouts/genimage.ts";
import { lareList } from "../../lib/layouts/lare_list.ts";
import { type Layout, layouts, matched, readSamples, reencoded } from "../../lib/layouts/mod.ts";
import { universalFakeDetect } from "../../lib/layouts/universal_fake_detect.ts";
import { existing } from "../../lib/reconstruct/mod.ts";
import { servePhotographs } from "../../lib/rehearse/prepare.ts";
import { shrunk } from "../../lib/rehearse/shrink.ts";
import { writeData } from "../../lib/rehearse/write_data.ts";
import type { Split } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { tinyDual } from "../tiny_world.ts";
import { tinyRecipe } from "./tiny_recipe.ts";

const counts = {
  train: { real: 3, fake: 4 },
  validation: { real: 1, fake: 1 },
  test: { real: 2, fake: 2 },
};

/** A definition on the data at hand. */
function on(data: Experiment["data"], reconstruct: Experiment["reconstruct"] = null): Experiment {
  return { ...tinyDual(), data: { ...data }, reconstruct };
}

async function numbers(layout: Layout, split: Split, data: string): Promise<[real: number, fake: number]> {
  const samples = await Array.fromAsync(readSamples(layout, { data, split }));
  for (const { file } of samples.slice(0, 3)) assert((await imageOf(file)).width > 0);
  const real = samples.filter(({ label }) => label === "real").length;
  return [real, samples.length - real];
}

// which splits each data set has, and the numbers of photographs and fakes to expect of them
const cases: readonly (readonly [Layout, Partial<Record<Split, readonly [number, number]>>])[] = [
  [genImage({ generators: ["sd14", "adm"] }), { train: [6, 8], test: [4, 4] }],
  [drct2M({ generators: ["sd-turbo", "lcm-lora-sdxl"] }), { train: [3, 8], test: [2, 4] }],
  [aligned(), { train: [3, 4], validation: [1, 1] }],
  [aligned({ folder: "shaders", sets: ["a", "b"] }), { train: [6, 8] }],
  [lareList({ lists: ["anns/one.txt", "anns/two.txt"] }), { train: [6, 8] }],
  [forenSynths(), { test: [4, 4] }],
  [universalFakeDetect({ generators: ["guided", "dalle"] }), { test: [4, 4] }],
  [folders({ real: ["a", "b"], fake: { x: "c" } }), { train: [6, 4] }],
  [reencoded({ of: genImage({ generators: ["glide"] }), quality: 90 } as never), { train: [3, 4] }],
  [matched({ of: genImage({ generators: ["vqdm"] }), by: ["size"] }), { test: [2, 2] }],
];

for (const [layout, expected] of cases) {
  const name = "folder" in layout ? `${layout.kind} in "${layout.folder}"` : layout.kind;
  Deno.test(`made-up data of ${name} is read by its layout, as many images as asked for`, async () => {
    await inFolder(async (data) => {
      const of = (split: Split): Layout[] => expected[split] === undefined ? [] : [layout];
      const recipe = on({ train: of("train"), validation: of("validation"), test: of("test"), maxSkipped: null });
      await writeData(recipe, { data, counts, address: () => "" });
      for (const [split, wanted] of Object.entries(expected)) {
        assertEquals(await numbers(layout, split as Split, data), [...wanted], split);
      }
    });
  });
}

Deno.test("every layout can be made up, but those around another one", () => {
  const known = new Set([...cases.map(([{ kind }]) => kind), "elsaD3", "pocket"]);
  assertEquals(Object.keys(layouts).filter((kind) => !known.has(kind as Layout["kind"])), []);
});

Deno.test("made-up records of ELSA_D3 have captions, fakes and photographs that are fetched from their addresses", async () => {
  await inFolder(async (data) => {
    await using photographs = servePhotographs();
    const recipe = on({ train: [elsaD3()], validation: null, test: [elsaD3()], maxSkipped: null });
    await writeData(recipe, { data, counts, address: photographs.address });
    for (const split of ["train", "test"] as const) {
      const { total, there } = await fetchReals({ data, split }, fetchDefaults);
      assertEquals([total, there], [counts[split].real, counts[split].real]);
    }
    assertEquals(await numbers(elsaD3(), "train", data), [3, 12]);
    const samples = await Array.fromAsync(readSamples(elsaD3(), { data, split: "test" }));
    assert(samples.every(({ caption }) => caption !== null && caption.includes("red boats")));
  });
});

Deno.test("data sets that ship reconstructions have them beside the made-up images", async () => {
  await inFolder(async (data) => {
    const layouts = [
      genImage({ generators: ["sd14"], reconstructions: "inpainting" }),
      drct2M({ generators: ["sd-turbo"], reconstructions: "full_inpainting" }),
    ];
    for (const layout of layouts) {
      const recipe = on({ train: [layout], validation: null, test: [layout], maxSkipped: null }, existing());
      await writeData(recipe, { data, counts, address: () => "" });
      const { train } = await gatherAsIfMade(recipe, { data, artifacts: data });
      assert(train.length > 3 && train.every(({ reconstruction }) => reconstruction !== null), layout.kind);
    }
  });
});

Deno.test("shrunk() leaves a recipe as it is but for rows, epochs and steps of diffusion, and says no where data are few", async () => {
  await inFolder(async (data) => {
    const recipe = tinyRecipe();
    const few = { ...counts, train: { real: 2, fake: 2 } };
    await writeData(recipe, { data, counts: few, address: () => "" });
    assertEquals(await shrunk(recipe, data), null);
    let small: Awaited<ReturnType<typeof shrunk>> = null;
    for (let more = 0; more <= 10 && small === null; more++) { // until both classes are held out
      const train = { real: 6 + Math.floor(more / 2), fake: 6 + Math.ceil(more / 2) };
      await writeData(recipe, { data, counts: { ...counts, train }, address: () => "" });
      small = await shrunk(recipe, data);
    }
    assert(small !== null);
    const { size } = small.experiment.batch;
    assert(size % 4 === 0 && size <= 12, `${size} rows`);
    assertEquals(small.patch, { batch: { size }, epochs: 2, reconstruct: { steps: 2 } });
    const back = { batch: { size: recipe.batch.size }, epochs: 17, reconstruct: { steps: 50 } };
    assertEquals(derive(small.experiment, back), recipe);
  });
});
