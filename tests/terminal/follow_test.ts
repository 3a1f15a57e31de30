import { follow } from "../../lib/terminal/follow.ts";
import { progress } from "../../lib/terminal/progress.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord } from "../runs/example.ts";
import { type TestScreen, testScreen } from "./screen.ts";

async function* events(screen: TestScreen, { from = 0, end = true } = {}): AsyncGenerator<RunEvent> {
  yield { kind: "start", name: "dual", id: exampleRecord().id, step: from, steps: 100, epochs: 2 };
  for (let step = from + 1; step <= 100; step++) {
    screen.pass(1);
    yield { kind: "step", row: { step, epoch: 1, loss: { total: 1 / step } }, seconds: 1 };
    if (step % 50 !== 0) continue;
    const seconds = { data: 1, step: 49, evaluate: 0 };
    const validation = { accuracy: 0.75 };
    const row = {
      ...{ epoch: step / 50, step, rate: 0.1, loss: { total: 0.5 }, validation, distances: null },
      ...{ between: [], seconds, megabytes: null },
    };
    yield { kind: "epoch", row, steps: 100 };
  }
  for (let done = 1; done <= 10; done++) {
    screen.pass(1);
    yield { kind: "evaluate", done, total: 10 };
  }
  screen.pass(1);
  yield { kind: "probe", done: 5, total: 10 };
  if (end) yield { kind: "done", record: exampleRecord() };
}

Deno.test("a run is followed to its record, with a line for every epoch", async () => {
  const screen = testScreen(100);
  using bar = progress(screen);
  const record = await follow(events(screen), { progress: bar });
  assertEquals(record, exampleRecord());
  assertEquals(screen.lines().slice(0, 2), [
    "dual, epoch 1: loss 0.500; validation accuracy 0.750 (50 s)",
    "dual, epoch 2: loss 0.500; validation accuracy 0.750 (50 s)",
  ]);
});

Deno.test("a run that measures trivial cues says so, after all but that is done", async () => {
  const screen = testScreen(120);
  using bar = progress(screen);
  await assertRejects(() => follow(events(screen, { end: false }), { progress: bar, epochs: false }), Error);
  const [line] = screen.lines();
  assert(line.includes("dual: measuring trivial cues, 5 of 10 images") && line.includes(" 99 %"), line);
});

Deno.test("the time left spans all runs, and runs that were found finished do not spoil it", async () => {
  const screen = testScreen(100);
  using bar = progress(screen);
  const found = async function* (): AsyncGenerator<RunEvent> {
    yield { kind: "done", record: exampleRecord() };
  };
  await follow(found(), { progress: bar, place: { index: 0, of: 3 }, epochs: false });
  await follow(events(screen, { from: 50 }), { progress: bar, place: { index: 1, of: 3 }, epochs: false });
  const [line] = screen.lines();
  assert(line.includes(" 66 %"), line);
  const minutes = Number(/(\d+) min (\d+) s left/.exec(line)?.[1]);
  assert(minutes === 1 || minutes === 2, line); // a run takes 111 s
});

Deno.test("a run that its schedule ends tells how many steps there are at least, as it learns it", async () => {
  const lines: string[] = [];
  const screen = testScreen(120);
  using bar = progress(screen);
  const open = async function* (): AsyncGenerator<RunEvent> {
    for await (const event of events(screen)) {
      yield event.kind === "start"
        ? { ...event, steps: 60, epochs: null }
        : event.kind === "epoch"
        ? { ...event, steps: event.row.step + 60 }
        : event;
      lines.push(screen.lines().at(-1) ?? "");
    }
  };
  await follow(open(), { progress: bar, epochs: false });
  for (const words of ["step 50 of at least 60", "step 51 of at least 110"]) {
    assert(lines.some((line) => line.includes(words)), words);
  }
});

Deno.test("events that end without a record are an error", async () => {
  const screen = testScreen(100);
  using bar = progress(screen);
  await assertRejects(() => follow(events(screen, { end: false }), { progress: bar }), Error, 'the result of "dual"');
});
