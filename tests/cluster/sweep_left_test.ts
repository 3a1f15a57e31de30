import { type Going, sweepLeft } from "../../lib/cluster/sweep_left.ts";
import { assert, assertEquals } from "../assert.ts";

/** Runs two at a time, told every second; the estimate beside the truth. */
function simulated(lengths: readonly number[], kinds: readonly string[]): { told: number | null; left: number }[] {
  const spent = lengths.map(() => 0);
  const told: { told: number | null; left: number }[] = [];
  const estimate = sweepLeft();
  const ends = (() => {
    const free = [0, 0];
    for (const length of lengths) {
      free.sort((a, b) => a - b);
      free[0] += length;
    }
    return Math.max(...free);
  })();
  for (let second = 0; second <= ends; second++) {
    const open = lengths.map((_, i) => i).filter((i) => spent[i] < lengths[i]).slice(0, 2);
    const runs = lengths.map((length, i): Going => {
      return { kind: kinds[i], done: 10 * spent[i] / length, wanted: 10, whole: 10, going: open.includes(i) };
    });
    told.push({ told: estimate.left(runs, second), left: ends - second });
    for (const i of open) spent[i]++;
  }
  return told;
}

Deno.test("the time left of a sweep does not swing with runs that are a hundred times as fast", () => {
  const kinds = ["slow", "fast", "fast", "slow", "fast", "fast", "slow", "fast", "fast", "slow", "slow", "slow"];
  const told = simulated(kinds.map((kind) => kind === "slow" ? 300 : 3), kinds);
  assertEquals(told[0].told, null);
  for (const { told: said, left } of told.slice(30)) {
    assert(said !== null && Math.abs(said - left) <= 0.25 * left + 155, `${said} s told, ${left} s left`);
  }
});

Deno.test("runs that were found finished, or came far before, say nothing of the speed", () => {
  const estimate = sweepLeft();
  const run = (done: number, going: boolean): Going => ({ kind: "a", done, wanted: 10, whole: 10, going });
  assertEquals(estimate.left([run(10, false), run(5, true), run(0, false)], 0), null);
  assertEquals(estimate.left([run(10, false), run(6, true), run(0, false)], 20), 20 * (4 + 10));
  // units planned beyond what is wanted of the runs at hand
  assertEquals(estimate.left([run(10, false), run(6, true), run(0, false)], 20, 5), 20 * (4 + 10 + 5));
});

Deno.test("where nothing is left no time is", () => {
  const estimate = sweepLeft();
  const run = (done: number): Going => ({ kind: "a", done, wanted: 4, whole: 10, going: true });
  estimate.left([run(0)], 0);
  assertEquals(estimate.left([run(4)], 40), 0);
});
