import { ece } from "../../lib/metrics/ece.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("ece() averages each bin's distance between probability and share of fakes over the rows", () => {
  // two bins: [0.1, 0.3] with no fake (gap 0.2, two rows), [0.9] with one (gap 0.1, one row)
  assertClose(ece([0, 0, 1], [0.1, 0.3, 0.9], { bins: 2 }), (2 * 0.2 + 0.1) / 3, 1e-15);
});

Deno.test("ece() puts a border into the upper bin and 1 into the last", () => {
  assertClose(ece([0, 1], [0.4, 0.5], { bins: 2 }), (0.4 + 0.5) / 2, 1e-15);
  assertEquals(ece([1, 1], [1, 1], { bins: 2 }), 0);
});

Deno.test("ece() is 0 for certainty and grows no smaller when bins are split", () => {
  assertEquals(ece([0, 1, 1], [0, 1, 1]), 0);
  const { labels, scores } = columns(8);
  assert(ece(labels, scores, { bins: 1 }) <= ece(labels, scores, { bins: 2 }) + 1e-15);
  assert(ece(labels, scores, { bins: 2 }) <= ece(labels, scores, { bins: 4 }) + 1e-15);
});

Deno.test("ece() refuses no bins", () => {
  assertThrows(() => ece([1], [0.5], { bins: 0 }), RangeError, "found 0 bins");
});
