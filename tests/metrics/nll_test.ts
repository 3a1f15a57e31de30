import { nll } from "../../lib/metrics/nll.ts";
import { assert, assertClose, assertThrows } from "../assert.ts";
import { columns } from "./scores.ts";

Deno.test("nll() is the mean of minus the logarithm of what was given to the truth", () => {
  assertClose(nll([1, 0], [0.5, 0.75]), (Math.log(2) + Math.log(4)) / 2, 1e-15);
});

Deno.test("nll() of certain errors is large and finite", () => {
  assertClose(nll([1, 0], [0, 1]), 52 * Math.log(2), 1e-9);
  assertClose(nll([1, 0], [1, 0]), 2 ** -52, 1e-17);
});

Deno.test("nll() of a constant is smallest at the share of fakes", () => {
  const { labels } = columns(7);
  const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const at = (score: number): number => nll(labels, labels.map(() => score));
  assert(at(share) < at(share + 0.01) && at(share) < at(share - 0.01));
});

Deno.test("nll() refuses a log-odds", () => {
  assertThrows(() => nll([1], [3.2]), RangeError, "score 0 is 3.2, expected a probability");
});
