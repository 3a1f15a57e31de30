/** What an answer costs once the runs are done: intervals, comparisons, figures and pages. */
import { bootstrap } from "../lib/metrics/mod.ts";
import { compare, curves, dots, page } from "../lib/report/mod.ts";
import type { RunRecord } from "../lib/types.ts";
import { simulate } from "../tests/metrics/simulated.ts";
import { syntheticAblation, twentyRuns } from "../tests/report/records.ts";
import { bench } from "./benched.ts";

const run = simulate(1, { sources: 875, generators: ["A", "B", "E", "G"] });
const records = syntheticAblation({ sources: 350, steps: 600 });
const table = compare(records);
const twenty = twentyRuns();

bench({
  ...{ group: "", name: "bootstrap() of 875 photographs and 4 generators, 2,000 resamples", watch: "no" },
  fn: () => bootstrap([run], { trained: ["A"] }),
});
bench({
  ...{ group: "", name: "dots() and curves() of four runs of 600 steps", watch: "short" },
  fn: () => [dots(table), curves(records)],
});
bench({ group: "", name: "page() of four runs once compared", watch: "no", fn: () => page(records) });
bench({ group: "", name: "page() of twenty runs once compared", fn: () => page(twenty) });
// ten seconds, of which its intervals take most
bench({ group: "", name: "page() of twenty runs", watch: "no", fn: () => page(twenty.map(asRead)) });

/** A record of which nothing is known yet, as one that was just read: resamples are kept by its scores. */
function asRead(record: RunRecord): RunRecord {
  return { ...record, scores: { ...record.scores }, probe: record.probe === null ? null : { ...record.probe } };
}
