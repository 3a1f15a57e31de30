import { follow } from "../../lib/terminal/follow.ts";
import { makingPace, makingWords } from "../../lib/terminal/making.ts";
import { progress } from "../../lib/terminal/progress.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { exampleRecord } from "../runs/example.ts";
import { testScreen } from "./screen.ts";

Deno.test("makingPace() tells images a second of the last batches, and begins anew with other images", () => {
  const pace = makingPace();
  assertEquals([pace.update(100, 0), pace.update(104, 2)], [null, null]);
  assertEquals(pace.update(108, 4), 2);
  assertEquals(pace.update(108, 5), 2); // nothing came since
  assertEquals(pace.update(0, 6), null);
  for (let i = 1; i < 100; i++) pace.update(i, 6 + i / 10);
  assertEquals(pace.update(100, 16)!.toFixed(3), "10.000");
});

Deno.test("makingWords() names part, images and pace", () => {
  const state = { part: "vae", done: 1204, total: 5000, imagesPerSecond: null };
  assertEquals(makingWords(state), "vae, 1,204 of 5,000 images");
  assertEquals(makingWords({ ...state, imagesPerSecond: 0.8123 }), "vae, 1,204 of 5,000 images, 0.81 images/s");
});

Deno.test("follow() shows what is made before a run begins, with a time left of its own, and then the run", async () => {
  const screen = testScreen(120);
  using bar = progress(screen);
  async function* events(): AsyncGenerator<RunEvent> {
    for (let done = 60; done <= 90; done++) {
      yield { kind: "making", name: "dual", part: "vae", done, total: 100, found: 60 };
      screen.pass(2);
    }
    yield { kind: "notice", text: "sd1 computes on cpu" };
    assertEquals(screen.lines()[0], "dual: sd1 computes on cpu");
    yield { kind: "making", name: "dual", part: "vae", done: 91, total: 100, found: 60 };
    // ten images of two seconds, of which the one at hand has just begun
    assertEquals(
      screen.lines().at(-1)?.replace(/^[━·]+ /u, ""),
      " 91 %  18 s left  dual: vae, 91 of 100 images, 0.50 images/s",
    );
    const images = { step: 12, test: 24, probe: 12 };
    yield { kind: "start", name: "dual", id: "0123", step: 0, steps: 100, images, epochs: 1 };
    screen.pass(1);
    yield { kind: "step", row: { step: 1, epoch: 1, loss: { total: 1 } }, seconds: 1 };
    assert(screen.lines().at(-1)!.includes("  0 %  dual: step 1 of 100"), screen.lines().at(-1));
    yield { kind: "done", record: exampleRecord() };
  }
  await follow(events(), { progress: bar, now: screen.now });
});
