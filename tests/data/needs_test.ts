import { systems } from "../../experiments/systems.ts";
import { missingText, needsOf, type Outside } from "../../lib/data/needs.ts";
import { derive } from "../../lib/experiment.ts";
import { elsaD3 } from "../../lib/layouts/elsa_d3.ts";
import { genImage } from "../../lib/layouts/genimage.ts";
import { pocket } from "../../lib/layouts/pocket.ts";
import { clip, convnext } from "../../lib/models/mod.ts";
import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { inpainting, vae } from "../../lib/reconstruct/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { tinyRecipe } from "../rehearse/tiny_recipe.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const nowhere: Outside = { data: null, weights: null, pipelines: null, artifacts: "/nowhere" };

Deno.test("needsOf() names what several definitions need, each thing once", async () => {
  const one = tinyRecipe();
  const needs = await needsOf([one, derive(one, { seed: 2 })], nowhere);
  assertEquals(needs.map(({ kind, name }) => `${kind}: ${name}`), [
    "data: genImage to train on",
    "data: genImage to test on",
    'pipeline: runwayml/stable-diffusion-inpainting ("sd1") for inpainting()',
  ]);
  assert(needs.every(({ problem }) => problem !== null));
  assertEquals(
    await needsOf([derive(tinyDual(), { data: { train: [pocket()], test: [pocket()] } })], nowhere).then(
      (found) => found.map(({ problem }) => problem),
    ),
    [null],
  );
});

Deno.test("needsOf() sees data and what was made already, and asks for no pipeline then", async () => {
  await inFolder(async (folder) => {
    await writeTinyWorld(folder, { count: 1 });
    const found = await needsOf([tinyDual()], { ...nowhere, data: folder });
    assertEquals(found.map(({ problem }) => problem), [null, null]);
    const recipe = derive(tinyDual(), { reconstruct: inpainting({ model: "sd1" }) });
    const lacks = (await needsOf([recipe], { ...nowhere, data: folder, artifacts: folder })).at(-1)!;
    assertEquals(lacks.kind, "pipeline");
    assert(lacks.problem!.includes("deno task reconstruct"), lacks.problem!);
    const wrong = (await needsOf([recipe], { ...nowhere, data: folder, artifacts: folder, pipelines: folder })).at(-1)!;
    assert(wrong.problem!.includes('there is no pipeline "sd1"'), wrong.problem!);
    await Deno.mkdir(`${folder}/${artifactFolder(recipe.reconstruct!)}/GenImage`, { recursive: true });
    const made = (await needsOf([recipe], { ...nowhere, data: folder, artifacts: folder })).at(-1)!;
    assertEquals(made.problem, null);
  });
});

Deno.test("needsOf() asks for the photographs of records, for weights, and for the vocabulary of those who read captions", async () => {
  await inFolder(async (folder) => {
    const recipe = {
      ...tinyDual(),
      data: { train: [elsaD3()], validation: null, test: [genImage({ generators: ["adm"] })], maxSkipped: null },
      reconstruct: null,
      model: {
        ...tinyDual().model,
        backbone: clip({ variant: "ViT-B/32", weights: "openai/clip-vit-base-patch32", towers: ["image", "text"] }),
      },
    };
    const needs = await needsOf([recipe], { ...nowhere, data: folder, weights: folder });
    assertEquals(needs.map(({ kind }) => kind), ["data", "data", "weights", "vocabulary"]);
    const text = missingText(needs);
    assert(text.startsWith("4 things missing, and nothing was started:\n"), text);
    for (
      const line of ["deno task data fetch DIR", "  deno task weights get openai/clip-vit-base-patch32", "0.605 GB"]
    ) {
      assert(text.includes(line), `${line} in ${text}`);
    }
    assert(missingText(needs.slice(0, 1)).startsWith("One thing missing"));
  });
});

Deno.test("needsOf() asks for no weights where the seed draws them, and for no pipeline that is shipped", async () => {
  const needs = await needsOf([derive(tinyDual(), { model: { backbone: convnext({ size: "atto" }) } })], nowhere);
  assertEquals(needs.map(({ kind }) => kind), ["data", "data"]);
  const shipped = derive(tinyDual(), { reconstruct: vae({ model: "pocket" }) });
  assertEquals((await needsOf([shipped], nowhere)).map(({ kind }) => kind), ["data", "data"]);
});

Deno.test("needsOf() misses nothing of the pocket world's ablations, whose data, weights and pipeline are shipped", async () => {
  const ablations = Object.values(systems).flatMap(({ pocket }) => Object.values(pocket).map((make) => make()));
  const needs = await needsOf(ablations, nowhere);
  assertEquals(needs.filter(({ problem }) => problem !== null), []);
});
