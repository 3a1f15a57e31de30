import { sourcesThere } from "../../lib/audit/there.ts";
import { genImage, pocket } from "../../lib/layouts/mod.ts";
import { assertEquals } from "../assert.ts";

const data = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(data, { recursive: true }));

const all = genImage({ generators: "all" });

for (
  const [folder, splits] of [["ADM/imagenet_ai_0508_adm", ["train", "val"]], ["glide/imagenet_glide", ["val"]]] as const
) {
  for (const half of splits.flatMap((split) => [`${split}/nature`, `${split}/ai`])) {
    await Deno.mkdir(`${data}/GenImage/${folder}/${half}`, { recursive: true });
    await Deno.writeTextFile(`${data}/GenImage/${folder}/${half}/0.png`, "");
  }
}

Deno.test("of a data set each split is read with the generators that it has, and the others are told", async () => {
  const { sources, missing } = await sourcesThere(all, data);
  assertEquals(sources.map(({ layout, split }) => [split, (layout as typeof all).generators]), [
    ["train", ["adm"]],
    ["test", ["adm", "glide"]],
  ]);
  assertEquals(missing, [
    "sd14, sd15, midjourney, wukong, glide, vqdm, biggan in train",
    "sd14, sd15, midjourney, wukong, vqdm, biggan in test",
  ]);
});

Deno.test("what is not there at all, or was chosen, is asked for whole, so that its reading tells what is wrong", async () => {
  for (const layout of [all, pocket(), genImage({ generators: ["adm", "sd14"] })]) {
    const { sources, missing } = await sourcesThere(layout, layout === all ? null : data).catch((error) => error);
    assertEquals(sources.map((source: { readonly layout: unknown }) => source.layout), [layout, layout, layout]);
    assertEquals(missing, []);
  }
});
