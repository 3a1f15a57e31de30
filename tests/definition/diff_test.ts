import { diff } from "../../lib/definition/diff.ts";
import { assertEquals } from "../assert.ts";

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

Deno.test("diff() compares arrays of one length item by item, others as wholes", () => {
  assertEquals(diff([{ a: [1, { p: 2 }] }, { a: [1, { p: 3 }] }]), [{ path: "a.1.p", values: [2, 3] }]);
  assertEquals(diff([{ a: [1] }, { a: [1, 2] }]), [{ path: "a", values: [[1], [1, 2]] }]);
});
