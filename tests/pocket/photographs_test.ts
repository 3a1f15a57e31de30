import { assert, assertEquals, assertRejects } from "../assert.ts";
import { groupOf, placePhotographs, readPhotographs } from "../../lib/pocket/photographs.ts";

const folder = `${import.meta.dirname}/../../lib/pocket/world/photographs`;

Deno.test("every photograph has a licence that allows it here, an author and an address", async () => {
  const photographs = await readPhotographs(folder);
  assertEquals(photographs.length, 86);
  assertEquals(new Set(photographs.map(({ caption }) => caption)).size, 86);
  for (const { file, licence, author, source, caption } of photographs) {
    assert(["Public Domain", "CC0-1.0", "CC-BY-2.0", "CC-BY-3.0"].includes(licence), `${file}: ${licence}`);
    assert(author !== "" && source.startsWith("https://"), file);
    assert(/^a photograph of [^.]{3,60}/.test(caption), `${file}: ${caption}`);
    assert((await Deno.stat(`${folder}/${file}`)).isFile);
  }
});

Deno.test("placePhotographs() keeps a subject in one split and fills the shares", async () => {
  const placed = placePhotographs(await readPhotographs(folder), 3);
  const splits = new Map<string, Set<string>>();
  for (const { group, split } of placed) splits.set(group, (splits.get(group) ?? new Set()).add(split));
  for (const [group, found] of splits) assertEquals(found.size, 1, group);
  const share = (split: string) => placed.filter((each) => each.split === split).length / placed.length;
  // one group may overfill a split; the largest has six photographs
  assert(share("train") >= 0.6 && share("train") < 0.6 + 6 / 86);
  assert(share("validation") > 0.1 - 6 / 86 && share("validation") < 0.1 + 6 / 86);
  assert(share("test") > 0.2);
});

Deno.test("placePhotographs() deals the same for the same seed and otherwise for another", async () => {
  const photographs = await readPhotographs(folder);
  assertEquals(placePhotographs(photographs, 1), placePhotographs(photographs, 1));
  const splits = (seed: number) => placePhotographs(photographs, seed).map(({ split }) => split).join();
  assert(splits(1) !== splits(2));
});

Deno.test("groupOf() joins what shows the same subject", () => {
  assertEquals(groupOf("clickgame-sea1"), groupOf("clickgame-sea6"));
  assertEquals(groupOf("monuments-chateaudeChambord"), groupOf("monuments-chateaudeChenonceau"));
  assertEquals(groupOf("monuments-bentPyramid"), groupOf("monuments-greatPyramidOfGiza"));
  assertEquals(groupOf("erase-giraffe"), groupOf("world_animals-giraffe"));
  assertEquals(groupOf("erase-chamaeleon"), groupOf("world_animals-chameleon"));
  assertEquals(groupOf("world_animals-panda"), "world_animals-panda");
});

Deno.test("readPhotographs() refuses a table with other columns", async () => {
  const elsewhere = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${elsewhere}/photographs.tsv`, "file\tlicence\na.webp\tCC0-1.0\n");
    await assertRejects(() => readPhotographs(elsewhere), TypeError, "the columns are");
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
});
