import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { errorMapFile } from "../../lib/reconstruct/error_maps.ts";
import { findErrorMaps, findReconstructions, inpainting, latentError } from "../../lib/reconstruct/mod.ts";
import type { Sample } from "../../lib/types.ts";
import { assertEquals, assertRejects } from "../assert.ts";

const sample = (id: string, errorMap?: string): Sample => ({
  ...{ id, file: `/data/${id}`, label: "real", source: id, generator: null, set: null, split: "train", caption: null },
  ...(errorMap === undefined ? {} : { errorMap }),
});

Deno.test("findErrorMaps() finds what was made below the fingerprint of the part, and tells what was not", async () => {
  const artifacts = await Deno.makeTempDir();
  const spec = latentError({ model: "sd15" });
  try {
    const folder = `${artifacts}/${artifactFolder(spec)}`;
    await Deno.mkdir(`${folder}/a`, { recursive: true });
    await Deno.writeTextFile(`${folder}/a/1.png.safetensors`, "");
    const [found] = await findErrorMaps(spec, [sample("a/1.png", "of/others.pt")], { artifacts });
    assertEquals(found, { ...sample("a/1.png"), errorMap: `${folder}/a/1.png.safetensors` });
    await assertRejects(
      () => findErrorMaps(spec, [sample("a/1.png"), sample("b/2.png")], { artifacts }),
      Deno.errors.NotFound,
      `the error maps of 1 of 2 samples in "${artifacts}", the first is "${
        artifactFolder(spec)
      }/b/2.png.safetensors". ` +
        "To have them made in the run, name a folder of pipelines",
    );
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});

Deno.test("an image that is seen as stored anew has a map of its own", () => {
  const spec = latentError({ model: "sd15" });
  const seen = { ...sample("1.png"), file: "/data/1.png#jpeg=96" };
  assertEquals(errorMapFile(spec, seen), `${artifactFolder(spec)}/1.png#jpeg=96.safetensors`);
});

Deno.test("findErrorMaps() without a part takes the data set's own", async () => {
  const given = [sample("1.png", "maps/1.pt")];
  assertEquals(await findErrorMaps(null, given, { artifacts: "nowhere" }), given);
  await assertRejects(
    () => findErrorMaps(null, [...given, sample("2.png")], { artifacts: "nowhere" }),
    Deno.errors.NotFound,
    'the error map of "/data/2.png": its data set names none and "model.refine.map" is null',
  );
});

Deno.test("a reconstruction does not take over the error map of its sample", async () => {
  const artifacts = await Deno.makeTempDir();
  const spec = inpainting({ model: "sd1" });
  try {
    await Deno.mkdir(`${artifacts}/${artifactFolder(spec)}`);
    await Deno.writeTextFile(`${artifacts}/${artifactFolder(spec)}/1.png.png`, "");
    const [found] = await findReconstructions(spec, [sample("1.png", "maps/1.pt")], {
      artifacts,
      shipped: () => Promise.reject(new Error("not asked for")),
    });
    assertEquals(found?.errorMap, undefined);
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});
