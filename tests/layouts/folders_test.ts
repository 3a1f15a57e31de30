import { folders, shippedReconstructions, ships } from "../../lib/layouts/mod.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { collect, fieldsOf, tree } from "./tree.ts";

const files = [
  "mine/photos/b.jpg",
  "mine/photos/2024/z.jpg",
  "mine/photos/2024/a.png",
  "mine/photos/notes.txt",
  "lsun/1.webp",
  "fakes/x/1.png",
  "fakes/y/2.gif",
];
const layout = folders({ real: ["mine/photos", "lsun"], fake: { x: "fakes/x", y: "fakes/y" } });

Deno.test("folders() reads all images in folders and below, and is whatever split is asked for", async () => {
  await tree(files, async (data) => {
    const samples = await collect(layout, data, "validation");
    assertEquals(fieldsOf(samples, "id", "label", "generator", "set", "split"), [
      ["mine/photos/2024/a.png", "real", null, null, "validation"],
      ["mine/photos/2024/z.jpg", "real", null, null, "validation"],
      ["mine/photos/b.jpg", "real", null, null, "validation"],
      ["lsun/1.webp", "real", null, null, "validation"],
      ["fakes/x/1.png", "fake", "x", "x", "validation"],
      ["fakes/y/2.gif", "fake", "y", "y", "validation"],
    ]);
    const drawn = await collect(folders({ ...layout, limit: { perClass: 2, seed: 1 } }), data, "test");
    assertEquals(drawn.map(({ label }) => label), ["real", "real", "fake", "fake"]);
    const error = await assertRejects(
      () => collect(folders({ ...layout, fake: { z: "fakes/z" } }), data, "test"),
      Deno.errors.NotFound,
      "in 1 of 3 folders",
    );
    assertEquals(error.message.includes("  fakes/z"), true);
  });
});

Deno.test("folders() pairs with reconstructions under the same names", async () => {
  const made = ["rec/photos/2024/a.webp", "rec/photos/b.png", "rec/x/1.png"];
  await tree([...files, ...made], async (data) => {
    const paired = folders({ ...layout, reconstructions: { "mine/photos": "rec/photos", "fakes/x": "rec/x" } });
    const samples = await collect(paired, data, "train");
    const found = await shippedReconstructions(paired, samples, { data, split: "train" });
    assertEquals(found.map((sample) => sample?.file.slice(data.length + 1) ?? null), [
      made[0],
      null,
      made[1],
      null,
      made[2],
      null,
    ]);
    assertEquals(fieldsOf([found[0]!], "id", "label", "generator"), [
      ["mine/photos/2024/a.png@photos", "fake", "photos"],
    ]);
    assertEquals([ships(layout), ships(paired)], [false, true]);
  });
});

Deno.test("folders() refuses folders in one another, absolute ones, and reconstructions of none of them", () => {
  const made = (change: object) => () => folders({ ...layout, ...change });
  assertThrows(made({ fake: { x: "mine/photos/2024" } }), RangeError, '"mine/photos/2024" are in two');
  assertThrows(made({ real: ["/mnt/photos"] }), RangeError, "folders.real.0");
  assertThrows(made({ real: [] }), RangeError, "at least one folder");
  assertThrows(made({ reconstructions: { lsum: "rec" } }), RangeError, '"lsum" is none of the folders');
});
