import { groupMethods } from "../../lib/report/methods.ts";
import { groupProbes } from "../../lib/report/probes.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

const names = (records: RunRecord[]): string[] => groupProbes(groupMethods(records)).map(({ name }) => name);

Deno.test("groupProbes() takes equal probes of several methods and seeds as one", () => {
  const records = ["plain", "dual"].flatMap((name, i) =>
    [1, 2].map((seed) => syntheticRecord({ name, seed, probe: 7, terms: { classification: i + 1 } }))
  );
  const [probe, ...rest] = groupProbes(groupMethods(records));
  assertEquals([probe.name, probe.scores.length, probe.trained, rest.length], ["trivial cues", 1, ["A"], 0]);
});

Deno.test("groupProbes() averages a probe that each seed measured on photographs of its own", () => {
  const records = [1, 2].map((seed) => syntheticRecord({ name: "dual", seed, probe: seed }));
  const [probe, ...rest] = groupProbes(groupMethods(records));
  assertEquals([probe.name, probe.scores.length, rest.length], ["trivial cues", 2, 0]);
});

Deno.test("groupProbes() tells different probes apart by their methods", () => {
  const records = [
    syntheticRecord({ name: "a", probe: 1 }),
    syntheticRecord({ name: "b", probe: 2, terms: { contrastive: 1 } }),
    syntheticRecord({ name: "c", probe: 2, terms: { contrastive: 2 } }),
  ];
  assertEquals(names(records), ["trivial cues (a)", "trivial cues (b, c)"]);
});

Deno.test("groupProbes() finds none in records that measured none, or are older than it", () => {
  const { probe: _, ...old } = syntheticRecord({ name: "b", terms: { contrastive: 1 } });
  assertEquals(names([syntheticRecord({ name: "a" }), old as RunRecord]), []);
});
