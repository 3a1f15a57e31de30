import { latentErrorPrompt } from "../../lib/reconstruct/latent_error.ts";
import { latentError } from "../../lib/reconstruct/mod.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("latentError() is that of LaRE²'s script by default", () => {
  const { kind: _, ...options } = latentError({ model: "sd15" });
  const prompt = "a photo of a [CLS]";
  assertEquals(options, { model: "sd15", step: 200, ensemble: 4, prompt, size: 256, seed: 1 });
});

Deno.test("latentError() refuses what no model can do, with what it expects", () => {
  const refused = (options: object, told: string) =>
    assertThrows(() => latentError({ model: "sd15", ...options }), RangeError, told);
  refused({ model: "a/b" }, 'latentError.model: given "a/b", expected the name of a folder of pipelines');
  refused({ step: 1000 }, "latentError.step: given 1000");
  refused({ ensemble: 0 }, "latentError.ensemble: given 0");
  refused({ size: 250 }, "latentError.size: given 250, expected a multiple of 8");
  refused({ seed: -1 }, "latentError.seed: given -1");
  assertThrows(() => latentError({ model: "sd15", prompt: null as unknown as string }), TypeError, "expected a text");
});

Deno.test("latentErrorPrompt() says the caption, and a photo where there is none", () => {
  const spec = latentError({ model: "sd15" });
  assertEquals(latentErrorPrompt(spec, { caption: "tench" }), "a photo of a tench");
  assertEquals(latentErrorPrompt(spec, { caption: null }), "a photo");
  assertEquals(latentErrorPrompt({ ...spec, prompt: "" }, { caption: "tench" }), "");
});
