import { checkModel, knownPipelines, pipelineInWords } from "../../lib/reconstruct/models.ts";
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
