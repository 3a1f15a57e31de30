import { displayable } from "../../lib/notebook/displayable.ts";
import { enableDisplays } from "../../lib/notebook/display.ts";
import { inNotebook } from "../../lib/notebook/kernel.ts";
import { abilities, figure } from "../../lib/report/figure.ts";
import { from } from "../../lib/report/table.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";

const DISPLAY = Symbol.for("Jupyter.display");

/** What the kernel would be given to show. */
async function shown(value: unknown): Promise<Record<string, string>> {
  return await (value as Record<symbol, () => Promise<Record<string, string>>>)[DISPLAY]();
}

Deno.test("outside a kernel there is no notebook, and the front door gives figures and tables nothing", async () => {
  assertEquals(inNotebook(), false);
  await import("../../mod.ts");
  assertEquals(Reflect.ownKeys(abilities), []);
  assert(!(DISPLAY in from([{ a: 1 }])));
});

Deno.test("enableDisplays() lets tables show themselves, also those that verbs return", async () => {
  enableDisplays();
  const table = from([{ a: 1, b: "x" }, { a: 2, b: "y" }]);
  for (const one of [table, table.filter((row: { a: number }) => row.a > 1), table.groupby("b").count()]) {
    assert((await shown(one))["text/html"].includes("<table"));
  }
});

Deno.test("enableDisplays() lets figures show themselves, also changed ones, and leaves them plain JSON", async () => {
  enableDisplays();
  const drawn = figure([{ type: "scatter", x: [1, 2], y: [1, 2] }], {});
  const changed = { ...drawn, layout: { ...drawn.layout, height: 300 } };
  assertEquals(Object.keys(drawn), ["data", "layout", "config"]);
  assertEquals(JSON.parse(JSON.stringify(drawn)).data.length, 1);
  for (const one of [drawn, changed]) assert((await shown(one))["text/html"].includes("<img"));
});

Deno.test("displayable() shows a record by a summary, in the console by a line, and leaves it plain JSON", async () => {
  const record = { ...syntheticRecord({ name: "<dual>" }), metrics: { A: { accuracy: 0.75, auc: 0.5 } } };
  const given = displayable(record);
  assertEquals(JSON.stringify(given), JSON.stringify(record));
  assertEquals(Deno.inspect([given]), "[ <dual>, seed 1: done, 40 steps in 2 min 05 s ]");
  const bundle = await shown(given);
  assert(bundle["text/html"].includes("<b>&#60;dual&#62;, seed 1: done"), bundle["text/html"]);
  assert(/A +75\.0 % +50\.0 % +–/.test(bundle["text/plain"]), bundle["text/plain"]);
  assert((await shown({ ...given }))["text/html"] === bundle["text/html"], "a copy shows itself no more");
});
