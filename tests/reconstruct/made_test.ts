import { artifactFile, artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { type Made, pipelineHashes, signArtifacts } from "../../lib/reconstruct/made.ts";
import { makingFlags } from "../../lib/reconstruct/make_words.ts";
import { ddim, inpainting, latentError, residual } from "../../lib/reconstruct/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

const spec = inpainting({ model: "sd1" });
const made: Made = { format: 1, spec, pipeline: { name: "sd1", identity: "a".repeat(64) }, versions: {} };

Deno.test("artifacts are signed once, and by the same pipeline and options again; others are refused", () =>
  inFolder(async (artifacts) => {
    const folder = `${artifacts}/${artifactFolder(spec)}`;
    assertEquals(await pipelineHashes([spec, null], artifacts), {});
    await Deno.mkdir(folder);
    await signArtifacts(folder, made, folder);
    await signArtifacts(folder, { ...made, spec: inpainting({ model: "sd1", of: "real" }) }, folder);
    assertEquals(await pipelineHashes([spec, null], artifacts), { [artifactFolder(spec)]: "a".repeat(64) });
    const other = { ...made, pipeline: { name: "sd1", identity: "b".repeat(64) } };
    await assertRejects(() => signArtifacts(folder, other, folder), Error, "whose files are others");
    const steps = { ...made, spec: inpainting({ model: "sd1", steps: 3 }) };
    await assertRejects(() => signArtifacts(folder, steps, folder), Error, "made with other options");
    await Deno.writeTextFile(`${folder}/made.json`, "{");
    await assertRejects(() => signArtifacts(folder, made, folder), Error, "it is damaged");
  }));

Deno.test("a residual's folder depends on what it is of, and not on which samples that part would be of", () => {
  const of = ddim({ model: "sd15" });
  const folder = artifactFolder(residual({ of }));
  assert(folder !== artifactFolder(residual({ of: ddim({ model: "sd15", steps: 7 }) })));
  assertEquals(artifactFolder(residual({ of: ddim({ model: "sd15", of: "real" }) })), folder);
  assertEquals(
    makingFlags(residual({ of: ddim({ model: "sd15", steps: 7, prompt: "a b" }) })),
    "--method ddim --steps 7 " +
      "--prompt 'a b' --guidance 1 --residual",
  );
});

Deno.test("the file of an artifact is named by its sample, and by what the image is stored anew as", () => {
  assertEquals(artifactFile(spec, { id: "a/b.jpg", file: "/data/a/b.jpg" }), "a/b.jpg.png");
  const map = latentError({ model: "sd15" });
  assertEquals(artifactFile(map, { id: "b.jpg", file: "/data/b.jpg#jpeg=60" }), "b.jpg#jpeg=60.safetensors");
});
