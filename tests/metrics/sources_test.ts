import { gatherSources, groupSources } from "../../lib/metrics/sources.ts";
import { assert, assertEquals } from "../assert.ts";
import { columnsOf, simulate } from "./simulated.ts";

const rows = columnsOf([
  { source: "z", set: "adm", label: 1, score: 0.1 },
  { source: "b", set: null, label: 0, score: 0.1 },
  { source: "a", set: null, label: 0, score: 0.1 },
  { source: "b", set: "adm", label: 1, score: 0.1 },
]);

Deno.test("gatherSources() places sources by the alphabet and puts those with the same rows together", () => {
  const { places, size, strata } = gatherSources([rows]);
  assertEquals([...places[0]], [2, 1, 0, 1]);
  assertEquals(size, 3);
  assertEquals(strata.map((stratum) => [...stratum]), [[0], [1], [2]]);
});

Deno.test("gatherSources() leaves out what was done to images, and has one key for rows in any order", () => {
  const { key } = gatherSources([rows]);
  const turned = Object.fromEntries(Object.entries(rows).map(([name, column]) => [name, column.toReversed()]));
  assertEquals(gatherSources([turned as unknown as typeof rows]).key, key);
  const { places, size } = gatherSources([{ ...rows, corruption: ["jpeg-50", null, null, null] }]);
  assertEquals([[...places[0]], size], [[-1, 1, 0, 1], 2]);
});

Deno.test("groupSources() makes groups of equal size within a stratum, the same for every run", () => {
  const run = simulate(1, { sources: 100, generators: ["adm"] });
  const found = gatherSources([run, { ...run, score: run.score.map((score) => 1 - score) }]);
  const grouped = groupSources(found, { most: 40, seed: 1 });
  assertEquals([grouped.size, grouped.strata.length, grouped.key], [40, 1, found.key]);
  assertEquals(grouped.places[0], grouped.places[1]);
  const counts = Array.from({ length: 40 }, (_, group) => grouped.places[0].filter((place) => place === group).length);
  assert(counts.every((count) => count === 2 * 2 || count === 3 * 2)); // a photograph and a fake of each source
  assertEquals(groupSources(found, { most: 100, seed: 1 }), found);
});
