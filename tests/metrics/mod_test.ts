import { describeScores, metrics } from "../../lib/metrics/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { goldenNames } from "./golden_names.ts";
import { columns } from "./scores.ts";

Deno.test("describeScores() gives every metric of the table under its name", () => {
  const { labels, scores } = columns(9);
  const described = describeScores(labels, scores);
  assertEquals(Object.keys(described), Object.keys(metrics));
  for (const [name, metric] of Object.entries(metrics)) assertEquals(described[name], metric(labels, scores), name);
});

Deno.test("every metric stays within 0…1 on seeded scores", () => {
  for (const seed of [10, 11, 12]) {
    const { labels, scores } = columns(seed);
    for (const [name, value] of Object.entries(describeScores(labels, scores))) assert(value >= 0 && value <= 1, name);
  }
});

Deno.test("every metric of the table has a recorded counterpart", () => {
  assertEquals(Object.values(goldenNames).sort(), Object.keys(metrics).sort());
});
