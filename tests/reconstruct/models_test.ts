import { checkModel, exportCommand, knownPipelines, pipelineInWords } from "../../lib/reconstruct/models.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("checkModel() takes any name of a folder, and no path", () => {
  for (const name of ["sd1", "my-model.v2", ...Object.keys(knownPipelines)]) checkModel("vae.model", name);
  for (const name of ["", ".", "..", "a/b", "a\\b", null, 3]) {
    assertThrows(() => checkModel("vae.model", name), RangeError, "Cannot define vae.model: given");
  }
});

Deno.test("pipelineInWords() tells what a known name stands for", () => {
  assertEquals(pipelineInWords("sd2"), 'stabilityai/stable-diffusion-2-inpainting ("sd2")');
  assertEquals(pipelineInWords("toString"), '"toString"');
});

Deno.test("exportCommand() is what docs/pipelines.md tells to type for every checkpoint that optimum knows", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/pipelines.md", import.meta.url));
  for (const name of Object.keys(knownPipelines)) {
    const command = exportCommand(name);
    assertEquals(command === null, name === "ldm");
    if (command !== null) assertEquals(page.includes(`| \`${command}\` |`), true, command);
  }
  assertEquals(exportCommand("mine"), null);
  assertEquals(exportCommand("sd15", "/p")?.endsWith("--task text-to-image /p/sd15"), true);
});
