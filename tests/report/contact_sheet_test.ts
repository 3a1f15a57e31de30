import { contactSheet, sheetPage } from "../../lib/report/contact_sheet.ts";
import { assert, assertEquals } from "../assert.ts";

const rows = [{
  title: "a<b>",
  note: 'of "c"',
  cells: [[{ source: "data:image/png;base64,AA==", about: "a<b>" }], [], [
    { source: "data:image/png;base64,AB==", about: "x" },
    { source: "data:image/png;base64,AC==", about: "y" },
  ]],
}];

Deno.test("contactSheet() puts every picture into its cell, and no name becomes a tag", () => {
  const html = contactSheet({ heads: ["sample", "reconstruction", "draw 1"], rows, side: 8 });
  assertEquals(html.match(/<td>/g)?.length, 3);
  assertEquals(html.match(/<img /g)?.length, 3);
  assert(html.includes("<td></td>") && !html.includes("<b>") && html.includes("a&#60;b&#62;"), html);
  assert(html.includes('width="96"'), html); // small ones are enlarged
});

Deno.test("sheetPage() is a page of its own", () => {
  const html = sheetPage({ title: "<dual>", note: "n", sheet: contactSheet({ heads: [], rows, side: 300 }) });
  assert(html.startsWith("<!doctype html>") && html.includes("<title>&#60;dual&#62;</title>"), html);
  assert(!/(src|href)="(?!data:)/.test(html));
});
