import { comparePatches } from "../../lib/pocket/check.ts";
import { assert, assertEquals } from "../assert.ts";

const picture = (values: readonly number[]) => ({ data: Uint8Array.from(values), width: 2, height: 1 });

Deno.test("comparePatches() tells equal pictures, near ones and others apart", () => {
  const expected = [picture([1, 2, 3, 4, 5, 6]), picture([7, 7, 7, 7, 7, 7])];
  assertEquals(comparePatches("a", [expected[0]], expected), {
    what: "a",
    equal: true,
    near: true,
    text: "equal to the last bit",
  });
  const near = comparePatches("a", [picture([1, 2, 3, 4, 5, 7])], expected);
  assertEquals([near.equal, near.near, near.text], [false, true, "16.67 % of the values differ, by 1 of 255 at most"]);
  const far = comparePatches("a", [picture([1, 2, 3, 4, 5, 9])], expected);
  assert(!far.equal && !far.near, far.text);
});
