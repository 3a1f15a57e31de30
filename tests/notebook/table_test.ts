import { from } from "../../lib/report/table.ts";
import { tableBundle } from "../../lib/notebook/table.ts";
import { assert, assertEquals } from "../assert.ts";

/** Texts of the cells of a table's body, row by row. */
function cells(html: string): string[][] {
  const body = html.slice(html.indexOf("<tbody>"));
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell)
  );
}

Deno.test("tableBundle() writes the numbers of a column alike, to the right, and what is missing as –", () => {
  const html = tableBundle(from([
    { name: "a", loss: 12.3456, count: 1234, accuracy: 0.8123, tiny: 2.5e-7, change: -0.5 },
    { name: "b", loss: 0.5, count: null, accuracy: undefined, tiny: 0, change: NaN },
  ]))["text/html"];
  assertEquals(cells(html), [
    ["a", "12.3", "1,234", "81.2 %", "2.50e-7", "−0.500"],
    ["b", "0.5", "–", "–", "0.00e+0", "NaN"],
  ]);
  assert(/<td style="text-align:right[^>]*>12\.3</.test(html) && /<td style="text-align:left[^>]*>a</.test(html), html);
});

Deno.test("tableBundle() tells its size, in the singular where it is one, and what it leaves out", () => {
  const note = (rows: number) =>
    /([^>]*)<\/div>$/.exec(tableBundle(from(Array.from({ length: rows }, (_, i) => ({ i }))))["text/html"])?.[1];
  assertEquals([1, 2, 51, 1200].map(note), [
    "1 row × 1 column",
    "2 rows × 1 column",
    "51 rows × 1 column, the first 50 of them shown",
    "1,200 rows × 1 column, the first 50 of them shown",
  ]);
});

Deno.test("tableBundle() shows the rows that verbs leave, in their order", () => {
  const table = from([{ x: 3 }, { x: 1 }, { x: 2 }]);
  const kept = table.filter((row: { x: number }) => row.x > 1).orderby("x");
  assertEquals(cells(tableBundle(kept)["text/html"]), [["2"], ["3"]]);
  assertEquals(tableBundle(kept)["text/plain"], "x\n─\n2\n3\n2 rows × 1 column");
});

Deno.test("tableBundle() cuts long texts, keeps them in the title, and leaves hostile ones text", () => {
  const long = "x".repeat(100);
  const html = tableBundle(from([{ "<b>": `<script>alert("1")</script>`, long, made: { a: [1] } }]))["text/html"];
  assert(html.includes(`title="${long}">${"x".repeat(59)}…</td>`), html);
  assert(html.includes("{&#34;a&#34;:[1]}"), html);
  assert(!html.includes("<script") && !html.includes("<b>"), html);
});

Deno.test("tableBundle() of a table without rows or columns says so", () => {
  assertEquals(tableBundle(from([]))["text/plain"], "0 rows × 0 columns");
});
