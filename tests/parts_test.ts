import * as augment from "../lib/augment/mod.ts";
import { makersOf } from "../lib/definition/reader.ts";
import * as layouts from "../lib/layouts/mod.ts";
import * as losses from "../lib/losses/mod.ts";
import * as models from "../lib/models/mod.ts";
import * as optimizers from "../lib/optimizers/mod.ts";
import * as reconstruct from "../lib/reconstruct/mod.ts";
import * as schedules from "../lib/schedules/mod.ts";
import * as thresholds from "../lib/thresholds/mod.ts";
import { assertEquals, assertThrows } from "./assert.ts";

/** Each room of parts: its module, and its tables from kind to function. */
const rooms = {
  augment: [augment, augment.augmentations, augment.views],
  layouts: [layouts, layouts.layouts],
  losses: [losses, losses.losses],
  models: [models, models.backbones, models.refinements, models.heads],
  optimizers: [optimizers, optimizers.optimizers],
  reconstruct: [reconstruct, reconstruct.reconstructions, reconstruct.methods, reconstruct.errorMaps],
  schedules: [schedules, schedules.schedules],
  thresholds: [thresholds, thresholds.thresholds],
} as const;

for (const [name, [room, ...tables]] of Object.entries(rooms)) {
  Deno.test(`every kind of ${name} has its maker, under its own name`, () => {
    for (const table of tables) {
      for (const [kind, make] of makersOf(room, table)) {
        assertEquals((room as Record<string, unknown>)[kind] === make, true, kind);
      }
    }
  });

  Deno.test(`every part that a file of ${name} defines stands in the table`, async () => {
    const defined: string[] = [];
    const folder = new URL(`../lib/${name}/`, import.meta.url);
    for await (const { name: file } of Deno.readDir(folder)) {
      if (!file.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(new URL(file, folder));
      defined.push(
        ...[...text.matchAll(/^export const \w+: Maker<[^=]*> = part(?:<\w+>)?\(\s*"(\w+)"/gm)].map(([, kind]) => kind),
      );
    }
    // a view stands in two tables, since it may stand among the augmentations as well
    assertEquals(defined.sort(), [...new Set(tables.flatMap((table) => Object.keys(table)))].sort());
  });
}

Deno.test("makersOf() refuses a table whose kind has no maker", () => {
  assertThrows(() => makersOf({}, { blur: null }), TypeError, 'Cannot find the maker of "blur"');
});
