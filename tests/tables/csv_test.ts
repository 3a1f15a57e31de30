import { csvRecords } from "../../lib/tables/csv.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const read = (text: string) => [...csvRecords(text)].map(({ line, cells }) => [line, ...cells]);

Deno.test("csvRecords() splits lines at commas, however they end, and passes over what is empty", () => {
  assertEquals(read("\uFEFFa,b\r\n1,\n\n,2"), [[1, "a", "b"], [2, "1", ""], [4, "", "2"]]);
  assertEquals(read(""), []);
});

Deno.test("csvRecords() keeps commas, quotes and line breaks in quotes, and counts their lines", () => {
  assertEquals(read('"a,b",c\r\n"say ""hi""","two\nlines"\r\nd,"e"\nf,g'), [
    [1, "a,b", "c"],
    [2, 'say "hi"', "two\nlines"],
    [4, "d", "e"],
    [5, "f", "g"],
  ]);
  assertEquals(read('"",""\n"x"'), [[1, "", ""], [2, "x"]]);
});

Deno.test("csvRecords() gives back what was written with quotes", () => {
  const draw = random(1, "csv");
  const letters = ["a", ",", '"', "\n", "\r\n", "é", " "];
  for (let i = 0; i < 200; i++) {
    const cells = Array.from(
      { length: 1 + draw.integer(4) },
      () => Array.from({ length: draw.integer(6) }, () => letters[draw.integer(letters.length)]).join(""),
    );
    const text = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
    assertEquals(read(`x\n${text}\ny`).slice(1, -1), [[2, ...cells]]);
  }
});

Deno.test("csvRecords() refuses quotes that are not closed, and text behind them, by their line", () => {
  assertThrows(() => read('a\n"b'), RangeError, "Cannot read line 2 as CSV: a quote is not closed");
  assertThrows(() => read('a\n"b"c,d'), RangeError, 'line 2 as CSV: found "c" behind a closed quote');
});
