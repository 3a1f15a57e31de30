/** What an answer costs once the runs are done: intervals, the comparison and the page. */
import { bootstrap } from "../lib/metrics/mod.ts";
import { compare, curves, dots, page } from "../lib/report/mod.ts";
import { simulate } from "../tests/metrics/simulated.ts";
import { syntheticAblation } from "../tests/report/records.ts";

const run = simulate(1, { sources: 875, generators: ["A", "B", "E", "G"] });
const records = syntheticAblation({ sources: 350, steps: 600 });
const table = compare(records);

Deno.bench("bootstrap() of 875 photographs and 4 generators, 2,000 resamples", () => {
  bootstrap([run], { trained: ["A"] });
});

Deno.bench("dots() and curves() of four runs of 600 steps", () => {
  dots(table);
  curves(records);
});

Deno.bench("page() of four runs once compared", async () => {
  await page(records);
});
