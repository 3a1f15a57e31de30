import { passesOf } from "../../lib/evaluate/passes.ts";
import { errorGuided } from "../../lib/models/mod.ts";
import { residual, vae } from "../../lib/reconstruct/mod.ts";
import { tinyDual } from "../tiny_world.ts";
import type { Sample, ScoreColumns } from "../../lib/types.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { exampleRecord } from "../runs/example.ts";

const samples = (["real", "fake"] as const).flatMap((label): Sample[] =>
  ["A", "B"].map((set) => ({
    id: `${set}/${label}`,
    file: `/data/${set}/${label}`,
    label,
    source: label,
    generator: label === "fake" ? set : null,
    set,
    split: "test",
    caption: null,
  }))
);

/** Rows of some sets, as they are (null) or under names. */
function rows(of: readonly (readonly [name: string | null, set: string])[]): ScoreColumns {
  const each = of.flatMap(([name, set]) => samples.filter((one) => one.set === set).map((one) => ({ ...one, name })));
  return {
    id: each.map(({ id }) => id),
    source: each.map(({ source }) => source),
    generator: each.map(({ generator }) => generator),
    set: each.map(({ set }) => set),
    corruption: each.map(({ name }) => name),
    label: each.map(({ label }) => Number(label === "fake")),
    score: each.map((_, i) => i / 10),
  };
}

const definition = tinyDual();
const asked = { definition, corruptions: [{ jpeg: 50 }], tiles: null, samples, own: true, keep: true };
const record = exampleRecord({ scores: rows([[null, "A"], [null, "B"], ["jpeg-50", "A"], ["jpeg-50", "B"]]) });

Deno.test("a pass is known where the record has all of its sets, and images as they are where something is done", () => {
  const [plain, jpeg] = passesOf(record, asked);
  assertEquals([plain.known?.score, jpeg.known?.score], [[0, 0.1, 0.2, 0.3], [0.4, 0.5, 0.6, 0.7]]);
  const half = exampleRecord({ scores: rows([[null, "A"], [null, "B"], ["jpeg-50", "A"]]) });
  assertEquals(passesOf(half, asked).map(({ known }) => known === null), [false, true]);
  const none = exampleRecord({ scores: rows([]) }); // of a run that is not done
  assertEquals(passesOf(none, asked).map(({ known }) => known), [null, null]);
});

Deno.test("images as they are are scored where that is what is asked for", () => {
  assertEquals(passesOf(record, { ...asked, corruptions: [] }).map(({ known }) => known), [null]);
  assertEquals(passesOf(record, { ...asked, own: false }).map(({ known }) => known === null), [true, false]);
});

Deno.test("a corruption that is named twice is one pass, and tiles are another", () => {
  const twice = { ...asked, corruptions: [{ jpeg: 90 }, { jpeg: 90 }], tiles: { pooling: "mean" } as const };
  assertEquals(passesOf(record, twice).map(({ name }) => name), [null, "jpeg-90", "tiles-mean-16"]);
});

Deno.test("a pass whose images the record has others of is refused, unless nothing is kept", () => {
  const fewer = { ...asked, samples: samples.slice(1) };
  assertThrows(() => passesOf(record, fewer), RangeError, '"A" under jpeg-50: its record has "A/real"');
  assertEquals(passesOf(record, { ...fewer, keep: false })[1].known, null);
});

Deno.test("what was made of images is not changed with them", () => {
  const guided = { ...definition, model: { ...definition.model, refine: errorGuided({ map: null }) } };
  const traced = { ...definition, reconstruct: residual({ of: vae({ model: "sd1" }) }) };
  for (const [definition, what] of [[guided, "error maps"], [traced, "residuals"]] as const) {
    assertThrows(() => passesOf(record, { ...asked, definition }), TypeError, `its network looks at ${what}`);
    assertEquals(passesOf(record, { ...asked, definition, corruptions: [] }).length, 1);
  }
});
