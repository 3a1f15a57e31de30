import { moreLines } from "../../lib/report/legend.ts";
import { assertEquals } from "../assert.ts";

Deno.test("moreLines() makes no room for one line, and some for each further one", () => {
  const line = moreLines(["a".repeat(50), "b".repeat(50)]);
  assertEquals([moreLines([]), moreLines(["a", "b"]), line > 0], [0, 0, true]);
  assertEquals(moreLines(["a".repeat(200)]), 0); // longer than the page, but alone
  assertEquals(moreLines(["a".repeat(20), "b".repeat(20), "c".repeat(20), "d"]), line);
});

Deno.test("moreLines() of names in columns goes by the longest of them", () => {
  const names = ["a".repeat(20), "b", "c", "d", "e"];
  assertEquals(moreLines(names), 0);
  assertEquals(moreLines(names, { columns: true }), 2 * moreLines(["x".repeat(50), "y".repeat(50)]));
});
