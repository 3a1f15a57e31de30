import { newRunState, phaseWords, share, take, takeStep } from "../../lib/terminal/run_state.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";

const start = (step: number): RunEvent => ({
  kind: "start",
  name: "dual",
  id: "0",
  step,
  steps: 100,
  images: { step: 12, test: 24, probe: 12 },
  epochs: 2,
});
const row = (step: number) => ({ step, epoch: 1, loss: { total: step, contrastive: 1 } });

Deno.test("a state keeps the last values of every term, and NaN for steps that were left out", () => {
  const state = newRunState({ keep: 4 });
  take(state, start(0), 0);
  for (const step of [1, 2, 5]) takeStep(state, row(step));
  assertEquals(state.terms.get("total"), [1, 2, NaN, NaN, 5]);
  for (let step = 6; step <= 1000; step++) takeStep(state, row(step));
  for (const values of state.terms.values()) assert(values.length >= 4 && values.length <= 8, `${values.length}`);
  assertEquals(state.terms.get("total")!.slice(-4), [997, 998, 999, 1000]);
});

Deno.test("a run that goes on begins where it stood, also when only its test sets are left", () => {
  const state = newRunState();
  assertEquals(take(state, start(40), 0), [{ text: "dual: goes on from step 40 of 100", about: "notice" }]);
  assertEquals([state.first, phaseWords(state)], [41, "reading the first batch"]);
  assertClose(share(state), 0.4 * 3600 / 3636, 1e-12); // three for each image trained on, one for each of the others
  take(state, { kind: "step", row: row(41), seconds: 1 }, 0);
  assertEquals([state.terms.get("total"), phaseWords(state)], [[41], "step 41 of 100"]);

  const trained = newRunState();
  take(trained, start(100), 0);
  take(trained, { kind: "evaluate", done: 5, total: 10 }, 0);
  assertEquals(phaseWords(trained), "scoring the test sets, 5 of 10 images");
  assertClose(share(trained), 3612 / 3636, 1e-12);
  take(trained, { kind: "probe", done: 10, total: 10 }, 0);
  assertClose(share(trained), 1, 1e-12);
});
