/** As `side.ts`, with every bench made slower on purpose: what `bench/gate_proof.ts` shows to be caught. */
import type { Benched } from "../benched.ts";
import { processorTime } from "./reference.ts";
import { answer } from "./side.ts";

/** So much more processor time each bench takes. */
export const SLOWDOWN = 0.15;

/** The same bench, behind each run of which this thread works on for a share of what the run took. */
function slowed(one: Benched): Benched {
  const { elsewhere } = one;
  const slow = async (): Promise<void> => {
    const began = processorTime();
    await one.fn();
    const end = processorTime() + SLOWDOWN * (processorTime() - began);
    while (processorTime() < end);
  };
  if (elsewhere === undefined) return { ...one, fn: slow };
  return { ...one, elsewhere: async () => (1 + SLOWDOWN) * await elsewhere() }; // another process tells its own time
}

if (import.meta.main) {
  await answer({ changed: slowed });
  Deno.exit(0);
}
