import { endedLine, rungLine, sentence, sweepScreen, tableLines } from "../../lib/terminal/sweep.ts";
import { assert, assertEquals } from "../assert.ts";
import { everyStanding, madeUpRow, madeUpTable } from "../cluster/rows.ts";
import { testScreen } from "./screen.ts";

Deno.test("sentence() counts runs by how they stand, and tells what is next and how long it takes", () => {
  assertEquals(
    sentence(madeUpTable(everyStanding, { until: 3, secondsLeft: 725 })),
    "1 of 6 runs done, 1 going, 1 waiting, 1 paused, 1 stopped early, 1 failed; decided at the end of epoch 3; " +
      "12 min 05 s left; 2 processes of 1 thread on this machine",
  );
  assertEquals(
    sentence(madeUpTable([madeUpRow({ status: "done" })], { place: null, secondsLeft: 0 })),
    "1 of 1 run done",
  );
});

Deno.test("tableLines() shows every run with its point, or where there is no room those that go and the best", () => {
  const lines = tableLines(everyStanding, { columns: 80, rows: 20 });
  assertEquals(lines.map((line) => line.trimEnd()), [
    "run   λ     epochs    auc  stands",
    "────  ────  ──────  ─────  ──────────────────────────────",
    "dual  0.05   10/10  0.912  done",
    "dual  0.1     3/10  0.850  step 12 of 40 (process 71)",
    "dual  0.2     0/10         waiting: memory",
    "dual  0.5     3/10  0.700  paused",
    "dual  1       1/10  0.500  stopped early",
    "dual  2       0/10         failed: the loss is not finite",
  ]);
  const few = tableLines(everyStanding, { columns: 80, rows: 6 });
  assertEquals([few.length, few[2].includes("process 71"), few.at(-1)], [6, true, "and 3 more"]);
  const seeds = tableLines([madeUpRow(), madeUpRow({ seed: 2 })], { columns: 80, rows: 9 });
  assert(seeds[0].includes("seed"), seeds[0]);
});

Deno.test("a sweep's table is drawn over itself, within the terminal, under lines that stay", () => {
  const screen = testScreen(60);
  const shown = sweepScreen(screen);
  for (let i = 0; i < 5; i++) {
    shown.take({ kind: "table", table: madeUpTable(everyStanding) });
    screen.pass(1);
  }
  assertEquals(screen.lines().filter((line) => line.startsWith("dual")).length, 6);
  shown.take({ kind: "ended", row: everyStanding[5] });
  assertEquals(screen.lines()[0], "dual, λ 2, seed 1: failed: the loss is not finite second line");
  assertEquals(screen.lines().filter((line) => line.startsWith("dual  ")).length, 6);
  assert(screen.lines().slice(1).every((line) => line.length < 60));
  shown[Symbol.dispose]();
});

Deno.test("without a terminal a sweep writes a line now and then", () => {
  const screen = testScreen(null);
  const shown = sweepScreen(screen);
  for (let i = 0; i < 100; i++) {
    shown.take({ kind: "table", table: madeUpTable(everyStanding) });
    screen.pass(0.5);
  }
  shown[Symbol.dispose]();
  assertEquals(screen.lines().filter((line) => line.startsWith("1 of 6 runs")).length, 4);
});

Deno.test("lines that stay tell what became of a run, and who goes on", () => {
  assertEquals(endedLine(everyStanding[0]), "dual, λ 0.05, seed 1: done after 10 epochs, validation auc 0.912");
  const points = [0.9, 0.8, 0.4].map((value, i) => ({ name: "dual", tags: {}, value, goesOn: i < 2 }));
  const rung = { kind: "rung", epoch: 3, metric: "auc", points } as const;
  assertEquals(rungLine(rung), "Epoch 3: of 3 points 2 go on, with auc of 0.800 or more");
  assertEquals(rungLine({ ...rung, points: points.slice(2) }), "Epoch 3: of 1 point 0 go on");
});
