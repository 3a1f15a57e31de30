import { closeBackend, heapBytes, useBackend } from "../../lib/engine/backend.ts";
import { memory } from "../../lib/engine/ops.ts";
import { events, run } from "../../lib/run.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { fillHeap } from "../full_heap.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
await useBackend("wasm", { threads: 2 });
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const options = (runs: string) => ({ runs: `${folder}/${runs}`, data: folder, backend: "wasm" as const });

// full at once, and farther on in the step
for (const left of [2 ** 10, 2 ** 18, 2 ** 19]) {
  Deno.test(`run() with ${left / 1024} KB of heap left tells the size of batch to try, and loses nothing`, async () => {
    const whole = await run(tinyDual(), options("whole"));
    const before = memory().numTensors;
    let free = (): void => {};
    const error = await assertRejects(
      async () => {
        for await (const event of events(tinyDual(), options(`full ${left}`))) {
          if (event.kind === "step" && event.row.step === 2) free = fillHeap(left);
        }
      },
      RangeError,
      "Cannot go on training after step 2 with batches of 12 rows: Cannot allocate",
    );
    assert(heapBytes() > 0.99 * 2 ** 32, "the heap has grown to what it can");
    const what = / [KM]B for (a tensor \[[\d, ]*\]|scratch) on the heap of the wasm backend: 40\d{2}\.\d MB are in use/;
    assert(what.test(error.message), error.message);
    // the largest multiple of the four groups that is at most half of 12
    const advice = 'Set "batch.size" to 4, and "batch.accumulate" to 3 for steps of no fewer rows';
    assert(error.message.endsWith(`${advice}; the last step is kept as a checkpoint`), error.message);
    assertEquals(memory().numTensors, before, "live tensors");
    free();
    const taken = await run(tinyDual(), options(`full ${left}`));
    assertEquals(taken.steps, whole.steps);
    assertEquals(taken.scores, whole.scores);
  });
}
