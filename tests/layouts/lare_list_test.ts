import { lareList } from "../../lib/layouts/lare_list.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { collect, fieldsOf, put, tree } from "./tree.ts";

const list = ["images/371_sdv5_00145.png\t1", "images/n03594945_36929.JPEG 0", "", "/mnt/GLIDE_1_2_3_207_g_1.png\t1"];
const maps = [
  "maps/371_sdv5_00145.pt\t1",
  "/mnt/maps/GLIDE_1_2_3_207_g_1.safetensors\t1",
  "maps/n03594945_36929.pt\t0",
];

async function withLists(use: (data: string) => Promise<void>): Promise<void> {
  await tree([], async (data) => {
    await put(`${data}/anns/train_sdv5.txt`, `${list.join("\r\n")}\r\n`);
    await put(`${data}/anns/maps.txt`, maps.join("\n"));
    await use(data);
  });
}

Deno.test("lareList() reads paths and labels behind tabs or spaces, with the class that the file name tells", async () => {
  await withLists(async (data) => {
    const samples = await collect(lareList({ lists: ["anns/train_sdv5.txt"] }), data, "train");
    assertEquals(fieldsOf(samples, "id", "label", "generator", "set", "caption"), [
      ["images/371_sdv5_00145.png", "fake", "sdv5", "train_sdv5", "patas"],
      ["images/n03594945_36929.JPEG", "real", null, "train_sdv5", "jeep"],
      ["mnt/GLIDE_1_2_3_207_g_1.png", "fake", "glide", "train_sdv5", "golden retriever"],
    ]);
    assertEquals(samples.map(({ file }) => file), [
      `${data}/images/371_sdv5_00145.png`,
      `${data}/images/n03594945_36929.JPEG`,
      "/mnt/GLIDE_1_2_3_207_g_1.png",
    ]);
    assertEquals(samples.some((sample) => "errorMap" in sample), false);
  });
});

Deno.test("lareList() gives each image the error map of its name, wherever that stands in the map files", async () => {
  await withLists(async (data) => {
    const spec = lareList({ lists: ["anns/train_sdv5.txt"], maps: ["anns/maps.txt"] });
    const samples = await collect(spec, data, "train");
    assertEquals(samples.map(({ errorMap }) => errorMap), [
      `${data}/maps/371_sdv5_00145.pt`,
      `${data}/maps/n03594945_36929.pt`,
      "/mnt/maps/GLIDE_1_2_3_207_g_1.safetensors",
    ]);
    await put(`${data}/anns/maps.txt`, maps.slice(0, 2).join("\n"));
    await assertRejects(() => collect(spec, data, "train"), RangeError, 'named "n03594945_36929.pt"');
    await put(`${data}/anns/maps.txt`, "maps/a.npy\t1");
    await assertRejects(() => collect(spec, data, "train"), SyntaxError, "expected a file that ends in .pt");
  });
});

Deno.test("a limit of lareList() counts in each list and class", async () => {
  await tree([], async (data) => {
    const lines = Array.from({ length: 40 }, (_, i) => `images/${i}.png\t${i % 2}`);
    await put(`${data}/a.txt`, lines.join("\n"));
    await put(`${data}/b.txt`, lines.join("\n"));
    const samples = await collect(
      lareList({ lists: ["a.txt", "b.txt"], limit: { perClass: 5, seed: 2 } }),
      data,
      "test",
    );
    const counts = Object.groupBy(samples, ({ set, label }) => `${set} ${label}`);
    assertEquals(Object.values(counts).map((group) => group!.length), [5, 5, 5, 5]);
  });
});

Deno.test("lareList() names the list that is missing, and the line that is none", async () => {
  await withLists(async (data) => {
    await put(`${data}/bad.txt`, "images/a.png\t1\nimages/b.png\n");
    await assertRejects(() => collect(lareList({ lists: ["bad.txt"] }), data, "test"), SyntaxError, "line 2 of");
    const none = lareList({ lists: ["none.txt"] });
    await assertRejects(() => collect(none, data, "test"), Deno.errors.NotFound, "there is no such file");
  });
  assertThrows(() => lareList({ lists: [] }), RangeError, "expected at least one file");
});
