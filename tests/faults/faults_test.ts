/**
 * What may befall a run, made to happen for real. One file for `deno test`, so that one table tells of all faults at its
 * end; `deno task test:faults` runs them in full.
 */
import "./kill.ts";
import "./interrupt.ts";
import "./full_disk.ts";
import "./read_only.ts";
import "./damage.ts";
import "./two_processes.ts";
import "./newer.ts";
import "./non_finite.ts";
import "./vanish.ts";
import "./order.ts";
import { faultTable } from "./tally.ts";
import { place } from "./world.ts";

Deno.test.afterAll(async () => {
  await Deno.remove(place, { recursive: true });
  const file = Deno.env.get("COUNTERPROOF_FAULT_TABLE");
  if (file !== undefined) return await Deno.writeTextFile(file, faultTable());
  // deno-lint-ignore no-console -- what the suite has found out
  console.log(`\n${faultTable()}`);
});
