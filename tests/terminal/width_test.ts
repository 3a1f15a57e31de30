import { textWidth } from "../../lib/report/text.ts";
import { fit, printable } from "../../lib/terminal/width.ts";
import { assertEquals } from "../assert.ts";

Deno.test("fit cuts between characters and says that it cut", () => {
  assertEquals(fit("abcdef", 6), "abcdef");
  assertEquals(fit("abcdef", 4), "abc…");
  assertEquals(fit("損失関数", 4), "損…");
  assertEquals(fit("👩‍🔬👩‍🔬", 3), "👩‍🔬…");
  assertEquals(fit("abc", 0), "");
  for (let columns = 0; columns < 12; columns++) {
    assertEquals(textWidth(fit("a損💡λ損失関数", columns)) <= columns, true);
  }
});

Deno.test("printable leaves nothing that moves the cursor", () => {
  assertEquals(printable("a\x1b[2Jb\nc\rd\u202ee"), "a�[2Jb c d�e");
  assertEquals(printable("👩‍🔬 λ"), "👩‍🔬 λ");
});
