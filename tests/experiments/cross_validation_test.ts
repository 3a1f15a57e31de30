import all, { dataSets, generators } from "../../experiments/cross_validation.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { assertEquals } from "../assert.ts";

Deno.test("cross-validation is eight by eight for two methods, and two data sets by two", () => {
  assertEquals([generators.length, dataSets.length, all.length], [16, 4, 20]);
  // trained on SD 1.4 of GenImage stands in both, and differs in what it is tested on
  assertEquals(new Set(all.map(fingerprint)).size, 20);
  for (const { data } of dataSets) assertEquals(data.test.map(({ kind }) => kind), ["drct2M", "genImage"]);
});
