import { assert, assertClose, assertEquals, AssertionError, assertRejects, assertThrows } from "./assert.ts";

Deno.test("assert() passes what is truthy and refuses the rest with the message", () => {
  assert(1);
  assertThrows(() => assert(0, "no zero"), AssertionError, "no zero");
});

Deno.test("assertEquals() looks all the way down and names the place", () => {
  assertEquals({ a: [1, { b: NaN }], c: null }, { c: null, a: [1, { b: NaN }] });
  assertEquals(new Float32Array([1, 2]), new Float32Array([1, 2]));
  assertThrows(() => assertEquals({ a: [1, 2] }, { a: [1, 3] }), AssertionError, "at a[1]: got 2, expected 3");
  assertThrows(() => assertEquals<object>({ a: undefined }, {}), AssertionError, "at a: got undefined");
  assertThrows(() => assertEquals<object>([1], new Int32Array([1])), AssertionError);
  assertThrows(() => assertEquals([1, 2], [1]), AssertionError, "2 items, expected 1");
  assertThrows(() => assertEquals(new Set([1]), new Set([2])), AssertionError);
});

Deno.test("assertClose() compares item by item and finds the worst", () => {
  assertClose(1.05, 1, 0.1);
  assertClose([1, 2], new Float32Array([1, 2]), 0);
  assertClose([Infinity], [Infinity], 0);
  assertThrows(() => assertClose([1, 2, 3], [1, 2.2, 3.5], 0.1), AssertionError, "3 at [2], expected 3.5");
  assertThrows(() => assertClose([1], [1, 2], 9), AssertionError, "1 numbers, expected 2");
  assertThrows(() => assertClose([NaN], [NaN], 9), AssertionError);
  assertThrows(() => assertClose([NaN, 5], [1, 1], 9), AssertionError, "NaN at [0]");
});

Deno.test("assertThrows() and assertRejects() want the class and a part of the message", async () => {
  const fail = () => {
    throw new RangeError("4 is too many");
  };
  assertEquals(assertThrows(fail, RangeError, "too many").message, "4 is too many");
  assertThrows(() => assertThrows(fail, TypeError), AssertionError, "expected TypeError");
  assertThrows(() => assertThrows(fail, RangeError, "few"), AssertionError, 'to contain "few"');
  assertThrows(() => assertThrows(() => {}, Error), AssertionError, "nothing was thrown");
  await assertRejects(() => Promise.reject(new RangeError("late")), RangeError, "late");
  await assertRejects(() => assertRejects(() => Promise.resolve(), Error), AssertionError, "nothing");
});
