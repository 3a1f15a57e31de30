import { measuredTicks, shareTicks, shortTime, timeTicks } from "../../lib/report/ticks.ts";
import { assertEquals } from "../assert.ts";

Deno.test("timeTicks() are fewer the wider the axis is", () => {
  const within = (from: number, to: number) => timeTicks(from, to).tickvals.filter((one) => one >= from && one <= to);
  assertEquals(within(0.04, 0.4), [0.05, 0.1, 0.2]);
  assertEquals(within(0.03, 3), [0.03, 0.1, 0.3, 1, 3]);
  assertEquals(within(0.001, 10), [0.001, 0.01, 0.1, 1, 10]);
  assertEquals([0.0412, 2.1, 140].map(shortTime), ["41 ms", "2.1 s", "140 s"]);
});

Deno.test("measuredTicks() leave out what would touch the one before", () => {
  assertEquals(measuredTicks([95, 90, 50, 30, 90]).tickvals, [30, 50, 90]);
  assertEquals(measuredTicks([3]).ticktext, ["3"]);
});

Deno.test("shareTicks() begin at 0 and have round steps", () => {
  assertEquals(shareTicks(0.23).ticktext, ["0%", "5%", "10%", "15%", "20%"]);
  assertEquals(shareTicks(1).tickvals, [0, 0.2, 0.4, 0.6, 0.8, 1]);
});
