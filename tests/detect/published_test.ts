import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { storeTree } from "../../lib/engine/layout.ts";
import { writeSafetensors } from "../../lib/engine/safetensors.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { memory } from "../../lib/engine/ops.ts";
import { publishedNames } from "../../lib/detect/open.ts";
import { openPublished, publishedDetectors } from "../../lib/detect/published.ts";
import { modelTemplate } from "../../lib/models/model.ts";
import { elsewhere } from "../../lib/models/weights.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { testBackend } from "../tensors.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("every published detector has a name that is known, and an address in the table of weights", () => {
  assertEquals(Object.keys(publishedDetectors), [...publishedNames]);
  for (const { of } of Object.values(publishedDetectors)) assert(elsewhere.some(({ name }) => name === of), of);
});

Deno.test("openPublished() says where a detector that is not here is published", async () => {
  const places = { artifacts: "artifacts", weights: folder };
  await assertRejects(() => openPublished("DRCT-ConvB", places), Deno.errors.NotFound, "modelscope.cn");
  await assertRejects(
    () => openPublished("AlignedForensics", { ...places, weights: null }),
    Deno.errors.NotFound,
    "no folder of weights is named",
  );
  await assertRejects(() => openPublished("DRTC-ConvB", places), RangeError, 'did you mean "DRCT-ConvB"');
});

Deno.test("openPublished() reads AlignedForensics's network by its own names", async () => {
  await useBackend(testBackend);
  const before = memory().numTensors;
  const { model } = publishedDetectors["AlignedForensics"];
  const template = modelTemplate(model);
  const stored = new Map([...await storeTree(template.params), ...await storeTree(template.buffers)]);
  const theirs = new Map(
    [...stored].map(([name, tensor]) => [name.replace("backbone.", "").replace("head.", ""), tensor]),
  );
  disposeTree([template.params, template.buffers]);
  await Deno.writeFile(`${folder}/AlignedForensics.safetensors`, writeSafetensors(theirs));
  const detector = await openPublished("AlignedForensics", { artifacts: "artifacts", weights: folder });
  assertEquals([detector.judgement.threshold, detector.prepared, detector.tested], [0.5, null, null]);
  assertEquals(detector.mean, [0.485, 0.456, 0.406]);
  detector[Symbol.dispose]();
  assertEquals(memory().numTensors, before);
});
