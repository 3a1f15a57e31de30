import { learnWordPieces } from "../../lib/pocket/word_pieces.ts";
import { clipTokenizer } from "../../lib/tokenizer/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

Deno.test("pairs are merged from the most frequent on, and among equals in the order of the alphabet", () => {
  // "ab" twice and "abc" once: a b</w> stands twice, a b and b c</w> once each
  const { "merges.txt": merges } = learnWordPieces(["ab AB", "abc"], { size: 512 + 3 + 2, length: 8 });
  assertEquals(merges, "#version: 0.2\na b</w>\na b\nab c</w>\n");
  assertThrows(() => learnWordPieces(["ab"], { size: 600, length: 8 }), RangeError, "the texts have pairs for 515");
});

Deno.test("what was learned is read by CLIP's tokenizer, and words that were not are spelt", () =>
  inFolder(async (folder) => {
    const files = learnWordPieces(["a photograph of a bee", "a photograph of bees"], {
      size: 512 + 14 + 2,
      length: 12,
    });
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const tokenizer = await clipTokenizer({ folder });
    assertEquals([tokenizer.length, tokenizer.pad], [12, 527]);
    const vocabulary: Record<string, number> = JSON.parse(files["vocab.json"]);
    const spelt = (text: string) =>
      [...tokenizer.encode(text)].map((id) => Object.keys(vocabulary).find((piece) => vocabulary[piece] === id)!);
    assertEquals(spelt("A photograph, OF bees").slice(0, 3), ["<|startoftext|>", "a</w>", "photograph</w>"]);
    const unknown = spelt("é żół?");
    assertEquals(unknown.indexOf("<|endoftext|>"), 10); // a letter of two bytes, three more, and a sign
    assert(unknown[1] === "Ã" && unknown[2].endsWith("</w>"), unknown.join(" "));
  }));
