import { arrivals, epochsToReach } from "../../lib/report/arrivals.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { syntheticRecord, through } from "./records.ts";

Deno.test("arrivals() are the first epochs within half a point of the best", () => {
  const runs = [through([0.5, 0.894, 0.895, 0.9, 0.85], 1), through([0.9, 0.9], 2), syntheticRecord({ name: "x" })];
  assertEquals(arrivals(runs), [{ seed: 1, epoch: 3, best: 0.9 }, { seed: 2, epoch: 1, best: 0.9 }]);
  assertEquals(arrivals([runs[0]], { within: 0.05 })[0].epoch, 2);
});

Deno.test("epochsToReach() is the mean over seeds with Student's interval, never below the first epoch", () => {
  const reaching = (epoch: number, seed: number) => through([...Array(epoch - 1).fill(0.5), 0.9, 0.9], seed);
  const { value, low, high } = epochsToReach([reaching(9, 1), reaching(11, 2), reaching(10, 3)])!;
  // standard error 1/√3, two degrees of freedom
  assertClose([value, low!, high!], [10, 10 - 4.302653 / Math.sqrt(3), 10 + 4.302653 / Math.sqrt(3)], 1e-5);
  assertEquals(epochsToReach([reaching(1, 1), reaching(3, 2)])!.low, 1);
  assertEquals(epochsToReach([reaching(4, 1)]), { value: 4, low: null, high: null });
  assertEquals(epochsToReach([syntheticRecord({ name: "x" })]), null);
});
