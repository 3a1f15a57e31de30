import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { inpainting } from "../../lib/reconstruct/mod.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("artifactFolder() depends on what is made of a sample, not on which samples are asked for", () => {
  const folder = artifactFolder(inpainting({ model: "sd1" }));
  assert(/^inpainting-[0-9a-f]{12}$/.test(folder));
  assertEquals(artifactFolder(inpainting({ model: "sd1", of: "real" })), folder);
  assert(artifactFolder(inpainting({ model: "sd1", steps: 49 })) !== folder);
});
