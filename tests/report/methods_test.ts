import { findMethod, groupMethods } from "../../lib/report/methods.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

Deno.test("groupMethods() takes runs that differ in nothing but their seed as one method, by rising seed", () => {
  const methods = groupMethods([
    syntheticRecord({ name: "dual", seed: 3 }),
    syntheticRecord({ name: "plain", seed: 3, trained: ["B"] }),
    syntheticRecord({ name: "dual", seed: 1 }),
  ]);
  assertEquals(methods.map(({ name }) => name), ["dual", "plain"]);
  assertEquals(methods[0].records.map(({ experiment }) => experiment.seed), [1, 3]);
  assertEquals(methods.map(({ trained }) => trained), [["A"], ["B"]]);
});

Deno.test("groupMethods() tells definitions of one name apart by their fingerprints", () => {
  const [a, b] = groupMethods([
    syntheticRecord({ name: "dual", terms: { classification: 1 } }),
    syntheticRecord({ name: "dual", terms: { classification: 2 } }),
  ]);
  assert(a.name !== b.name);
  assert(/^dual \([0-9a-f]{6}\)$/.test(a.name), a.name);
});

Deno.test("groupMethods() refuses runs that are not done, and the same seed twice", () => {
  const stopped = syntheticRecord({ name: "dual", status: "stopped" });
  assertThrows(() => groupMethods([stopped]), RangeError, "is stopped, expected done; run it again");
  const done = syntheticRecord({ name: "dual" });
  assertThrows(() => groupMethods([done, done]), RangeError, "two records of seed 1");
  assertThrows(() => groupMethods([]), RangeError, "found no record");
});

Deno.test("groupMethods() takes the same seed on other data as another method, marked by its data", () => {
  const on = (data: string | null, seed = 1) => ({ ...syntheticRecord({ name: "dual", seed }), data });
  const [one, two] = ["1234567".padEnd(64, "0"), "abcdef0".padEnd(64, "0")];
  const methods = groupMethods([on(one), on(two, 2), on(two), on(null)]);
  assertEquals(methods.map(({ name }) => name), ["dual (data 123456)", "dual (data abcdef)", "dual (data unknown)"]);
  assertEquals(methods.map(({ records }) => records.map(({ experiment }) => experiment.seed)), [[1], [1, 2], [1]]);
  // each seed may hold out photographs of its own
  assertEquals(groupMethods([on(one), on(two, 2)]).map(({ name }) => name), ["dual"]);
  assertThrows(() => groupMethods([on(one), on(two), on(two)]), RangeError, "two records of seed 1");
});

Deno.test("groupMethods() does not guess what was trained on when a data set does not name its generators", () => {
  const record = syntheticRecord({ name: "dual" });
  const data = { ...record.experiment.data, train: [{ kind: "folders" }] } as unknown as typeof record.experiment.data;
  const [method] = groupMethods([{ ...record, experiment: { ...record.experiment, data } }]);
  assertEquals(method.trained, null);
});

Deno.test("findMethod() names the nearest method", () => {
  const methods = groupMethods([syntheticRecord({ name: "contrastive-only" })]);
  assertThrows(() => findMethod(methods, "contrastive_only"), RangeError, 'did you mean "contrastive-only"?');
});
