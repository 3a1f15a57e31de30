import { forenSynths } from "../../lib/layouts/mod.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { collect, fieldsOf, tree } from "./tree.ts";

const classes = (folder: string, count = 3) =>
  Array.from({ length: count }, (_, i) => [`${folder}/0_real/${i}.png`, `${folder}/1_fake/${i}.png`]).flat();
const files = [
  ...classes("ForenSynths/train/progan/airplane"),
  ...classes("ForenSynths/train/progan/bird"),
  ...classes("ForenSynths/val/progan/bird"),
  ...classes("ForenSynths/test/progan/airplane"),
  ...classes("ForenSynths/test/progan/bird"),
  ...classes("ForenSynths/test/biggan"),
];

Deno.test("forenSynths() reads generators with and without categories, photographs before fakes", async () => {
  await tree(files, async (data) => {
    const test = await collect(forenSynths(), data, "test");
    assertEquals(fieldsOf([test[0], test[3], test[6], test[17]], "id", "label", "generator", "set"), [
      ["ForenSynths/test/biggan/0_real/0.png", "real", null, "ForenSynths/biggan"],
      ["ForenSynths/test/biggan/1_fake/0.png", "fake", "biggan", "ForenSynths/biggan"],
      ["ForenSynths/test/progan/airplane/0_real/0.png", "real", null, "ForenSynths/progan"],
      ["ForenSynths/test/progan/bird/1_fake/2.png", "fake", "progan", "ForenSynths/progan"],
    ]);
    assertEquals((await collect(forenSynths({ generators: ["progan"] }), data, "train")).length, 12);
    assertEquals((await collect(forenSynths(), data, "validation")).length, 6);
  });
});

Deno.test("a limit of forenSynths() counts over all categories of a generator", async () => {
  await tree(files, async (data) => {
    const drawn = await collect(forenSynths({ limit: { perClass: 4, seed: 3 } }), data, "train");
    assertEquals(drawn.filter(({ label }) => label === "real").length, 4);
    assertEquals(drawn.length, 8);
    assertEquals(await collect(forenSynths({ limit: { perClass: 4, seed: 3 } }), data, "train"), drawn);
  });
});

Deno.test("forenSynths() reads a release under another name, and tells what is missing", async () => {
  await tree(files.map((file) => file.replace("ForenSynths", "datasets")), async (data) => {
    assertEquals((await collect(forenSynths({ folder: "datasets" }), data, "test")).length, 18);
    await assertRejects(() => collect(forenSynths(), data, "test"), Deno.errors.NotFound, "found no folders 0_real");
    await Deno.remove(`${data}/datasets/val`, { recursive: true });
    const validation = () => collect(forenSynths({ folder: "datasets" }), data, "validation");
    await assertRejects(validation, RangeError, 'Leave "data.validation" null');
    const gaugan = forenSynths({ folder: "datasets", generators: ["biggan", "gaugan"] });
    await assertRejects(() => collect(gaugan, data, "test"), Deno.errors.NotFound, "of gaugan");
  });
});
