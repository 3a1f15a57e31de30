import { meant, nearest } from "../../lib/definition/nearest.ts";
import { assertEquals } from "../assert.ts";

Deno.test("nearest() finds the name at the smallest edit distance, swaps counting one", () => {
  assertEquals(nearest("margn", ["weight", "margin"]), "margin");
  assertEquals(nearest("wieght", ["weight", "height"]), "weight");
  assertEquals(nearest("Epochs", ["epochs"]), "epochs");
});

Deno.test("nearest() finds nothing where more than a third would change", () => {
  assertEquals(nearest("colour", ["weight", "margin"]), null);
  assertEquals(nearest("x", []), null);
});

Deno.test("meant() ends a refusal with the near name and all names", () => {
  assertEquals(meant("rat", ["rate", "decay"]), 'did you mean "rate"? the options are rate, decay');
  assertEquals(meant("zzz", ["rate"], "fields"), "the fields are rate");
  assertEquals(meant("zzz", []), "the options are none");
});
