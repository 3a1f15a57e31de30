import { runAll } from "../../lib/cli/run_all.ts";
import type { Experiment } from "../../lib/experiment.ts";
import { progress } from "../../lib/terminal/progress.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord } from "../runs/example.ts";
import { testScreen } from "../terminal/screen.ts";

const named = (name: string, seed: number) => ({ name, seed, batch: { size: 8 } }) as Experiment;

Deno.test("experiments run one after another, each with a line that says whether it was found or trained", async () => {
  const screen = testScreen(null);
  using bar = progress(screen);
  const seen: unknown[] = [];
  const events = async function* (experiment: Experiment, options: object): AsyncGenerator<RunEvent> {
    seen.push([experiment.name, options]);
    if (experiment.name === "dual") {
      yield {
        kind: "start",
        name: "dual",
        id: "0",
        step: 0,
        steps: 1,
        images: { step: 12, test: 24, probe: 12 },
        epochs: 1,
      };
      yield { kind: "step", row: { step: 1, epoch: 1, loss: { total: 1 } }, seconds: 1 };
    }
    yield { kind: "done", record: exampleRecord({ experiment }) };
  };
  const records = await runAll([named("plain", 1), named("dual", 2)], { progress: bar, events, runs: "here" });
  assertEquals(records.map((record) => record.experiment.name), ["plain", "dual"]);
  assertEquals(screen.text(), "plain, seed 1: found finished\ndual, seed 2: done in 13 s\n");
  assertEquals(seen, [["plain", { runs: "here" }], ["dual", { runs: "here" }]]);
});

Deno.test("an error of one experiment ends them all and is not dressed up", async () => {
  using bar = progress(testScreen(null));
  const events = async function* (): AsyncGenerator<RunEvent> {
    yield {
      kind: "start",
      name: "dual",
      id: "0",
      step: 0,
      steps: 1,
      images: { step: 12, test: 24, probe: 12 },
      epochs: 1,
    };
    throw new DOMException("stopped", "AbortError");
  };
  const error = await assertRejects(() => runAll([named("dual", 1)], { progress: bar, events }), DOMException);
  assert(error.name === "AbortError");
});
