import { checkChoice, checkFlag, checkInterval, checkNumber } from "../../lib/definition/check.ts";
import { assertThrows } from "../assert.ts";

Deno.test("checkNumber() takes both ends of a range and nothing outside", () => {
  checkNumber("x.p", 0, { from: 0, to: 1 });
  checkNumber("x.p", 1, { from: 0, to: 1 });
  checkNumber("x.n", -7.5, {});
  const refused = (value: unknown, range: Parameters<typeof checkNumber>[2], told: string) =>
    assertThrows(() => checkNumber("x.p", value, range), RangeError, told);
  refused(1.5, { from: 0, to: 1 }, "Cannot define x.p: given 1.5, expected a number from 0 to 1");
  refused(0.5, { from: 1, integer: true }, "given 0.5, expected a whole number ≥ 1");
  refused(NaN, { to: 3 }, "given NaN, expected a number ≤ 3");
  refused("1", {}, 'given "1", expected a number');
  refused(Infinity, { from: 0 }, "given Infinity");
});

Deno.test("checkNumber() leaves out the ends that it is told to leave out", () => {
  checkNumber("x.rate", 1e-9, { above: 0, below: 1 });
  const refused = (value: unknown, told: string) =>
    assertThrows(() => checkNumber("x.rate", value, { above: 0, below: 1 }), RangeError, told);
  refused(0, "Cannot define x.rate: given 0, expected a number > 0 and < 1");
  refused(1, "given 1");
});

Deno.test("checkFlag() takes true and false only", () => {
  checkFlag("x.on", false);
  assertThrows(() => checkFlag("x.on", 1), TypeError, "Cannot define x.on: given 1, expected true or false");
});

Deno.test("checkInterval() wants two numbers, the smaller first", () => {
  checkInterval("x.range", [1, 1], { from: 0 });
  assertThrows(() => checkInterval("x.range", [2, 1], {}), RangeError, "expected the smaller number first");
  assertThrows(() => checkInterval("x.range", [1], {}), RangeError, "expected two numbers, [low, high]");
  assertThrows(() => checkInterval("x.range", [0, 200], { to: 100 }), RangeError, "x.range[1]: given 200");
});

Deno.test("checkChoice() names the nearest word", () => {
  checkChoice("x.of", "both", ["both", "real"]);
  assertThrows(() => checkChoice("x.of", "booth", ["both", "real"]), RangeError, 'did you mean "both"?');
  assertThrows(() => checkChoice("x.of", 3, ["both", "real"]), RangeError, "given 3, the choices are both, real");
});
