import { dirname } from "node:path";
import { storeTree } from "../../lib/engine/layout.ts";
import { tensor } from "../../lib/engine/ops.ts";
import { writeSafetensors } from "../../lib/engine/safetensors.ts";
import { openTensors } from "../../lib/engine/tensor_file.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { link } from "../../lib/hub/cache.ts";
import { backbones, convnext } from "../../lib/models/mod.ts";
import { initModel, modelView } from "../../lib/models/model.ts";
import { linear } from "../../lib/models/mod.ts";
import { namings } from "../../lib/models/namings.ts";
import {
  hashWeights,
  loadNetwork,
  loadWeights,
  misfit,
  weightsFile,
  weightsOf,
  weightsTable,
} from "../../lib/models/weights.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const name = "timm/convnext_tiny.fb_in1k";
const streams = (name: string) => random(1, name);

/** Runs a test beside an empty folder of weights and an empty cache of the hub. */
async function inPlaces(test: (folder: string, cache: string) => Promise<void>): Promise<void> {
  const [folder, cache, before] = [await Deno.makeTempDir(), await Deno.makeTempDir(), Deno.env.get("HF_HUB_CACHE")];
  Deno.env.set("HF_HUB_CACHE", cache);
  try {
    await test(folder, cache);
  } finally {
    if (before === undefined) Deno.env.delete("HF_HUB_CACHE");
    else Deno.env.set("HF_HUB_CACHE", before);
    for (const path of [folder, cache]) await Deno.remove(path, { recursive: true });
  }
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
}

/** A file of the hub in the cache. */
async function cache(cached: string, path: string, content: string): Promise<string> {
  const blob = `${cached}/blob`;
  await write(blob, content);
  return await link({ repo: weightsOf(name).hub!.repo, path }, { blob, commit: "abc", cache: cached });
}

testTensors("weightsFile() says where it looked, and how to get the weights under which licence", async () => {
  await inPlaces(async (folder) => {
    for (const [place, told] of [[null, "no folder of weights is named"], [folder, `no file "${folder}/`]] as const) {
      const { message } = await assertRejects(() => weightsFile(name, place), Deno.errors.NotFound, told);
      for (const part of ["the cache of the hub has none", "114 MB", "Apache-2.0", `deno task weights get ${name}`]) {
        assert(message.includes(part), message);
      }
    }
    await assertRejects(() => weightsFile("timm/convnext_tyny.fb_in1k", null), RangeError, `did you mean "${name}"?`);
    const backbone = convnext({ size: "tiny", weights: name });
    const pretrained = { backbone, head: linear() };
    await assertRejects(() => initModel(pretrained, streams), Deno.errors.NotFound, "Cannot load weights");
  });
});

Deno.test("weightsFile() takes the folder before the cache, and each ending that weights have", async () => {
  await inPlaces(async (folder, cached) => {
    const inCache = await cache(cached, "model.safetensors", "cached");
    assertEquals(await weightsFile(name, null), inCache);
    assertEquals(await weightsFile(name, folder), inCache);
    await write(`${folder}/${name}.pth`, "of PyTorch");
    assertEquals(await weightsFile(name, folder), `${folder}/${name}.pth`);
    await write(`${folder}/${name}.safetensors`, "own");
    assertEquals(await weightsFile(name, folder), `${folder}/${name}.safetensors`);
    assertEquals(await weightsFile(name, null), inCache);
  });
});

testTensors("loadWeights() loads a published file without its classifier, and tells a damaged one", async () => {
  await inPlaces(async (folder) => {
    const spec = convnext({ depths: [1], dims: [2] });
    const published = backbones.convnext.init(spec, streams);
    const classifier = { head: { fc: { weight: tensor([[1, 2]]), bias: tensor([0]) } } };
    const stored = new Map([...await storeTree(published.params), ...await storeTree(classifier)]);
    const file = `${folder}/${name}.safetensors`;
    await write(file, writeSafetensors(stored));
    const template = () => backbones.convnext.init(spec, null); // consumed, whatever becomes of it
    const loaded = await loadWeights(name, folder, template());
    assertEquals(await storeTree(loaded), await storeTree(published));
    const larger = backbones.convnext.init(convnext({ depths: [2], dims: [2] }), null);
    await assertRejects(() => loadWeights(name, folder, larger), TypeError, 'missing "stages.0.blocks.1');
    await write(file, "<html>not found</html>");
    await assertRejects(() => loadWeights(name, folder, template()), Error, `deno task weights get ${name}`);
    disposeTree({ published, classifier, loaded });
  });
});

testTensors("every naming tells of missing, extra and mis-shaped tensors in one error", () => {
  const template = { params: { fc: { weight: tensor([[1, 2]]), bias: tensor([0]) } }, buffers: {} };
  const one = (...shape: number[]) => ({ dtype: "F32", shape, data: new Float32Array(shape[0]) }) as const;
  for (const [naming, named] of Object.entries(namings)) {
    const tower = naming === "openai" ? "visual." : ""; // before all names of the image tower
    const stored = named(new Map([[`${tower}fc.wieght`, one(2)], [`${tower}fc.bias`, one(3)]]));
    const { message } = assertThrows(() => loadNetwork(template, stored), TypeError);
    for (const told of ['missing "fc.weight" [1, 2], is it "fc.wieght"?', '"fc.bias" is [3]', 'unknown "fc.wieght"']) {
      assert(message.includes(told), message);
    }
  }
  disposeTree(template.params);
});

Deno.test("hashWeights() is the SHA-256 of the file", async () => {
  await inPlaces(async (folder) => {
    await write(`${folder}/${name}.safetensors`, "abc");
    // FIPS 180-2, appendix B.1
    assertEquals(
      await hashWeights(name, folder),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});

Deno.test("misfit() tells which option of a backbone is another than the weights are for", () => {
  assertEquals(misfit({ kind: "convnext", size: "tiny" } as { kind: string }, name), null);
  assertEquals(
    misfit({ kind: "convnext", size: "base" } as { kind: string }, name),
    `weights "${name}" for size "base", expected size "tiny"`,
  );
  assertEquals(misfit({ kind: "clip" }, name), `weights "${name}" for kind "clip", expected kind "convnext"`);
});

Deno.test("the backbone of the shipped detector loads under its name, into its own sizes alone", async () => {
  const sizes = { depths: [1, 1, 1], dims: [24, 48, 96], kernel: 5, stem: { size: 4, stride: 2 }, expansion: 2 };
  const shipped = { ...sizes, highPass: 10, layerScale: 0.3, weights: "pocket/detector" };
  const model = { backbone: convnext({ ...shipped, transitions: "gelu" }), head: linear() };
  assertEquals(modelView(model).mean, [0.5, 0.5, 0.5]);
  const network = await initModel(model, (name) => random(1, name));
  const stored = openTensors(await weightsFile("pocket/detector", null));
  const { "stem.0.weight": stem } = Object.fromEntries(entries(network.params.backbone));
  assertEquals(stem.shape, [4, 4, 6, 24]);
  assertEquals(stored.tensors.get("backbone.stem.0.weight")!.shape, [24, 6, 4, 4]);
  stored[Symbol.dispose]();
  disposeTree(network);
  assertThrows(() => convnext({ ...shipped, highPass: 5 }), RangeError, "for highPass 5, expected highPass 10");
  const other = { ...model, backbone: convnext({ ...shipped, dims: [24, 48, 48] }) };
  await assertRejects(() => initModel(other, (name) => random(1, name)), TypeError);
});

Deno.test("every set of weights says what a user has to know", () => {
  for (const [set, { fits, side, hub, megabytes, licence, mean, std }] of Object.entries(weightsTable)) {
    assert(["convnext", "clip", "resnet"].includes(fits.kind) && Object.keys(fits).length === 2, set);
    if (hub === null) assert(side === 64 && megabytes <= 2 && licence !== "", set);
    else {
      assert(/^[\w-]+\/[\w.-]+$/.test(hub.repo) && hub.paths.length > 0 && set === hub.repo, set);
      assert(side >= 176 && megabytes > 10 && licence !== "", set);
    }
    assert([...mean, ...std].every((value) => value > 0.2 && value <= 0.5), set);
  }
});
