import { follow } from "../../lib/terminal/follow.ts";
import { methods } from "../../experiments/pocket.ts";
import { derive } from "../../lib/experiment.ts";
import { progress } from "../../lib/terminal/progress.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord } from "../runs/example.ts";
import { type TestScreen, testScreen } from "./screen.ts";

async function* events(screen: TestScreen, { from = 0, end = true } = {}): AsyncGenerator<RunEvent> {
  yield {
    kind: "start",
    name: "dual",
    id: exampleRecord().id,
    step: from,
    steps: 100,
    images: { step: 12, test: 24, probe: 12 },
    epochs: 2,
  };
  for (let step = from + 1; step <= 100; step++) {
    screen.pass(1);
    yield { kind: "step", row: { step, epoch: 1, loss: { total: 1 / step, contrastive: 0.25 } }, seconds: 1 };
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
  const [stays, line] = screen.lines();
  assertEquals(stays, "dual: goes on from step 50 of 100");
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

/** A run of twenty steps, with more of a batch of events in the middle of it. */
async function* interrupted(screen: TestScreen, more: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  for await (const event of events(screen)) {
    yield event;
    if (event.kind !== "step" || event.row.step !== 20) continue;
    screen.pass(1);
    yield* more;
    return;
  }
}

const experiment = derive(methods.dual(), { batch: { size: 64 }, select: { metric: "accuracy" } });

Deno.test("the moving line tells step, loss, speed, every term and the last validation, as far as they fit", async () => {
  const row = { step: 20, validation: { auc: 0.5, accuracy: 0.75 }, distances: null };
  const whole =
    "dual: step 20 of 100, loss 0.0669, 1.0 steps/s, 64 images/s, contrastive 0.250, validation accuracy 0.750";
  const drawn: string[] = [];
  for (const columns of [300, 120, 80, 60, 40, 20, 10, 6, 1]) {
    const screen = testScreen(columns);
    using bar = progress(screen);
    const told = interrupted(screen, [{ kind: "validation", epoch: 1, row }]);
    await assertRejects(() => follow(told, { progress: bar, experiment, epochs: false, now: screen.now }), Error);
    assert(screen.widest() < Math.max(2, columns), `${screen.widest()} of ${columns}`);
    drawn.push(screen.lines().at(-1)!);
  }
  assert(drawn[0].endsWith(`  ${whole}`), drawn[0]);
  const [, , eighty] = drawn;
  const cut = eighty.slice(eighty.indexOf("dual"), -1);
  assert(eighty.endsWith("…") && whole.startsWith(cut) && cut.includes("loss 0.0669"), eighty);
});

Deno.test("validations within an epoch, notices and steps that are not finite are lines that stay", async () => {
  const validation = { step: 20, validation: { accuracy: 0.75 }, distances: null };
  const nonfinite = (step: number): RunEvent => {
    const row = { step, epoch: 1, loss: { total: NaN }, ids: ["a"] };
    return { kind: "nonfinite", row, skipped: true };
  };
  const more: RunEvent[] = [
    { kind: "validation", epoch: 1, row: validation },
    { kind: "notice", text: "The last checkpoint was \x1b[2J damaged" },
    ...Array.from({ length: 1000 }, (_, i) => nonfinite(21 + i)),
  ];
  for (const epochs of [true, false]) {
    const screen = testScreen(null);
    using bar = progress(screen);
    await assertRejects(() => follow(interrupted(screen, more), { progress: bar, epochs }), Error);
    const lines = screen.lines().filter((line) => !line.includes(" %  ") && line !== "");
    assertEquals(lines, [
      ...epochs ? ["dual, epoch 1, step 20; validation accuracy 0.750"] : [],
      "dual: The last checkpoint was �[2J damaged",
      ...Array.from(
        { length: 10 },
        (_, i) => `dual, step ${21 + i} left out: not finite (loss NaN), its batch held "a"`,
      ),
      ...["dual: 100 steps left out so far", "dual: 1,000 steps left out so far"],
    ]);
  }
});

Deno.test("a run that waits for images says so while it goes", async () => {
  const screen = testScreen(200);
  using bar = progress(screen);
  const starved = async function* (): AsyncGenerator<RunEvent> {
    for await (const event of interrupted(screen, [])) {
      yield event.kind === "step" ? { ...event, seconds: 0.25 } : event;
    }
  };
  await assertRejects(() => follow(starved(), { progress: bar, now: screen.now }), Error);
  assert(screen.lines().at(-1)!.includes("1.0 steps/s, 75 % of it waiting for images, contrastive"), screen.text());
});

Deno.test("events that end without a record are an error", async () => {
  const screen = testScreen(100);
  using bar = progress(screen);
  await assertRejects(() => follow(events(screen, { end: false }), { progress: bar }), Error, 'the result of "dual"');
});
