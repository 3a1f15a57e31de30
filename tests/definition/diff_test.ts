import { diff } from "../../lib/definition/diff.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("diff() of equal definitions is empty, whatever their titles", () => {
  assertEquals(diff([{ name: "a", tags: { x: 1 }, seed: 1 }, { name: "b", tags: {}, seed: 1, later: null }]), []);
  assertEquals(diff([{ a: 1 }]), []);
  assertEquals(diff([]), []);
});

Deno.test("diff() names the paths of the leaves", () => {
  const a = { seed: 1, loss: { pull: { kind: "pull", weight: 1, margin: 0 } } };
  const b = { seed: 2, loss: { pull: { kind: "pull", weight: 1, margin: 0.3 } } };
  assertEquals(diff([a, b, a]), [
    { path: "seed", values: [1, 2, 1] },
    { path: "loss.pull.margin", values: [0, 0.3, 0] },
  ]);
});

Deno.test("diff() tells a part that is missing or of another kind by its kind", () => {
  const parts = [null, { kind: "sam", rate: 1 }, { kind: "adamW", rate: 1 }, { kind: "adamW", rate: 2 }];
  assertEquals(diff(parts.map((optimizer) => ({ optimizer }))), [
    { path: "optimizer", values: [null, "sam", "adamW", "adamW"] },
    { path: "optimizer.rate", values: [null, null, 1, 2] },
  ]);
  assertEquals(diff([{ loss: { a: { kind: "x" } } }, { loss: {} }]), [{ path: "loss.a", values: ["x", null] }]);
});

Deno.test("diff() has one row for options of one name that several kinds have", () => {
  const parts = [{ kind: "a", p: 1 }, { kind: "b", p: 5 }, { kind: "a", p: 2 }, { kind: "b", p: 6 }];
  assertEquals(diff(parts.map((x) => ({ x }))), [
    { path: "x", values: ["a", "b", "a", "b"] },
    { path: "x.p", values: [1, 5, 2, 6] },
  ]);
});

Deno.test("diff() compares arrays of one length item by item, others as wholes", () => {
  assertEquals(diff([{ a: [1, { p: 2 }] }, { a: [1, { p: 3 }] }]), [{ path: "a.1.p", values: [2, 3] }]);
  assertEquals(diff([{ a: [1] }, { a: [1, 2] }]), [{ path: "a", values: [[1], [1, 2]] }]);
});

Deno.test("diff() takes for equal what has one canonical JSON", () => {
  const a = { x: { p: 1, q: null }, y: [0, { r: "1" }], z: null, when: true };
  const b = { when: true, y: [-0, { r: "1", s: undefined }], x: { q: undefined, p: 1 } };
  assertEquals(diff([a, b]), []);
  assertEquals(diff([{ x: 1 }, { x: "1" }, { x: true }]), [{ path: "x", values: [1, "1", true] }]);
  assertEquals(diff([{ x: [] }, { x: {} }, {}]), [{ path: "x", values: [[], {}, null] }]);
  assertEquals(diff([{ x: { y: null } }, { x: {} }]), []);
});

Deno.test("diff() refuses what JSON cannot hold", () => {
  assertThrows(() => diff([{ x: 1 }, { x: NaN }]), TypeError, "Cannot write a definition as JSON");
  assertThrows(() => diff([{ x: new Date(0) }, { x: new Date(0) }]), TypeError, "Cannot write a definition as JSON");
});

Deno.test("diff() of many definitions is that of each with the first", () => {
  const draw = random(1, "diff");
  const kinds = [
    (p: number) => ({ kind: "a", p, q: { kind: "c", r: p % 2 } }),
    (p: number) => ({ kind: "b", p, list: [p % 2, { s: p % 3 }] }),
    () => null,
  ];
  const definitions = Array.from({ length: 50 }, () => ({
    loss: { one: kinds[draw.integer(3)](draw.integer(3)), two: kinds[draw.integer(2)](draw.integer(2)) },
    seed: draw.integer(4),
  }));
  const all = new Map(diff(definitions).map(({ path, values }) => [path, values]));
  for (let i = 1; i < definitions.length; i++) {
    for (const { path, values: [first, other] } of diff([definitions[0], definitions[i]])) {
      assertEquals([path, all.get(path)![0], all.get(path)![i]], [path, first, other]);
    }
  }
});
