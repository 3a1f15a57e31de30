import { watch } from "../../lib/cluster/watch.ts";
import { openEventLog } from "../../lib/runs/event_log.ts";
import type { EpochRow, RunEvent } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

const images = { step: 8, test: 10, probe: 0 };
const start = (step: number): RunEvent => ({ kind: "start", name: "dual", id: "", step, steps: 10, images, epochs: 2 });
const step = (n: number): RunEvent => ({
  kind: "step",
  row: { step: n, epoch: 1, loss: { total: 1 / n } },
  seconds: 1,
});
const none = { data: 0, step: 0, evaluate: 0 };
const epoch = (n: number): RunEvent => {
  const row: EpochRow = {
    ...{ epoch: n, step: 5 * n, rate: 1, loss: {}, between: [], seconds: none, megabytes: null, distances: null },
    validation: { accuracy: n / 10 },
  };
  return { kind: "epoch", row, steps: 10 };
};

Deno.test("watch() takes in what a run says, look by look, also where it was cut off and goes on", () =>
  inFolder(async (folder) => {
    const watched = watch(folder);
    assertEquals([await watched.look(), watched.state.worked], [[], false]);
    let kept: number;
    {
      await using log = await openEventLog(folder, { at: 0 });
      for (const event of [start(0), step(1), step(2)]) await log.append(event);
      await watched.look();
      assertEquals([watched.state.step, watched.state.steps], [2, 10]);
      for (const event of [step(5), epoch(1)]) await log.append(event);
      kept = await log.sync();
      for (const event of [step(6), step(7)]) await log.append(event);
      await watched.look();
      assertEquals([watched.state.step, watched.history.map(({ epoch }) => epoch)], [7, [1]]);
    }
    await new Promise((resolve) => setTimeout(resolve, 5)); // events are told apart by the millisecond
    {
      // taken up from its checkpoint after epoch 1: shorter than before, and then longer
      await using log = await openEventLog(folder, { at: kept });
      await log.append(start(5));
      for (let i = 6; i <= 9; i++) await log.append(step(i));
      const lines = [...await watched.look(), ...await watched.look()]; // the first may read from the middle of a line
      assertEquals(lines.filter(({ about }) => about === "notice").map(({ text }) => text), [
        "dual: goes on from step 5 of 10", // it had come to step 7
      ]);
      await log.append(epoch(2));
      for (let i = 0; i < 3; i++) await watched.look();
      assertEquals([watched.state.step, watched.history.map(({ epoch }) => epoch)], [9, [1, 2]]);
    }
  }));
