import { canonical, fingerprint } from "../../lib/definition/fingerprint.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

Deno.test("canonical() sorts keys, leaves out null and undefined, and writes no spaces", () => {
  assertEquals(canonical({ b: 1, a: [null, { d: "x", c: undefined }], n: null }), '{"a":[null,{"d":"x"}],"b":1}');
  assertEquals(canonical({ "λ": -0, B: 1e21, a: 0.1 }), '{"B":1e+21,"a":0.1,"λ":0}');
});

Deno.test("canonical() refuses what JSON cannot hold and says where", () => {
  assertThrows(() => canonical({ a: { b: [1, NaN] } }), TypeError, '"a.b[1]" is NaN, expected a finite number');
  assertThrows(() => canonical({ f: Math.sin }), TypeError, '"f" is the function sin');
  assertThrows(() => canonical(new Date(0)), TypeError, "it is");
  assertThrows(() => canonical([undefined]), TypeError, '"[0]" is undefined');
  assertThrows(() => canonical({ x: 1n }), TypeError, '"x" is 1n');
});

Deno.test("fingerprint() is the SHA-256 of the canonical JSON", () => {
  // recorded with: printf '{"a":1,"b":[true,"x"]}' | sha256sum
  const recorded = "63e8063d9dc6f0fd5a24b4706818a165fd57c3531b74466cf5dea62bff09b0b6";
  assertEquals(fingerprint({ b: [true, "x"], a: 1 }), recorded);
});

Deno.test("fingerprint() does not see titles, order or null", () => {
  const id = fingerprint({ name: "a", tags: { x: 1 }, seed: 1, size: { w: 1, h: 2 } });
  assertEquals(fingerprint({ size: { h: 2, w: 1 }, seed: 1, name: "<script>", tags: {}, later: null }), id);
});

Deno.test("fingerprint() sees every value", () => {
  const ids = [{ a: 1 }, { a: 2 }, { b: 1 }, { a: "1" }, { a: [1] }, { a: true }, {}].map(fingerprint);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("fingerprint() of a part counts an option called name", () => {
  assert(fingerprint({ kind: "x", name: "a" }) !== fingerprint({ kind: "x", name: "b" }));
});
