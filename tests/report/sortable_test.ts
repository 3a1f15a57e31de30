import { sortableHtml } from "../../lib/report/sortable.ts";
import { assert, assertEquals } from "../assert.ts";

const table = {
  caption: "A row for each <method>.",
  corner: "Method",
  columns: [{ title: "mean", mean: true }, { title: "B" }],
  rows: [
    { head: { text: "probe", under: "no method" }, cells: [{ text: "50.0", value: 0.5 }, null], last: true },
    { head: { text: "<b>" }, cells: [{ text: "−1.0", under: "−2 to 0", value: -0.01 }, { text: "x" }] },
  ],
};

Deno.test("sortableHtml() has rows that stay last in a body of their own, below the others", () => {
  const html = sortableHtml(table);
  assertEquals([...html.matchAll(/<tbody([^>]*)>/g)].map(([, rest]) => rest), ["", ' class="last"']);
  assert(html.indexOf("&#60;b&#62;") < html.indexOf("probe"), html);
});

Deno.test("sortableHtml() says of each cell what it is sorted by when its text alone does not", () => {
  const html = sortableHtml(table);
  for (
    const part of ['data-value="-0.01">−1.0<small>', 'data-value="probe">probe<small>', "<td>x</td>", "<td>–</td>"]
  ) {
    assert(html.includes(part), part);
  }
});
