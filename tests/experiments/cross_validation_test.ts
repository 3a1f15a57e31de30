import all, { dataSets, generators } from "../../experiments/cross_validation.ts";
import { drct } from "../../experiments/drct.ts";
import { dire, lare } from "../../experiments/lare.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("cross-validation is eight by eight for two methods, and two data sets by two", () => {
  assertEquals([generators.length, dataSets.length, all.length], [16, 4, 20]);
  assertEquals(new Set(all.map(fingerprint)).size, 20);
  assertEquals(new Set(all.map(({ name }) => name)).size, 20);
  for (const { data } of dataSets) assertEquals(data.test.map(({ kind }) => kind), ["drct2M", "genImage"]);
});

Deno.test("the published recipes are points of the crosses, so that their runs are found again", () => {
  const crossed = all.map(fingerprint);
  for (const recipe of [lare(), dire(), drct()]) assert(crossed.includes(fingerprint(recipe)), recipe.name);
});
