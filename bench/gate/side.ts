/**
 * A process that measures some benches of one file, on one thread: `bench:check` starts it, in this checkout or in an
 * older one, so that what it is told and what it says stays as it is. It takes one line of JSON and answers each bench with
 * one.
 *
 *     deno run -A bench/gate/side.ts < WANTED
 */
import { type Benched, declaredBenches } from "../benched.ts";
import { measure, type Measured } from "./measure.ts";
import { nameOf, type Suite } from "./suites.ts";

/** What is wanted. */
export interface Wanted extends Suite {
  readonly form: "short" | "full";
  /** What a name has to contain, whatever its case; "": nothing. */
  readonly only: string;
  /** Names to keep to; null: all. */
  readonly names: readonly string[] | null;
  /** Processor time for each, milliseconds. */
  readonly budget: number;
}

/** What is said of a bench. */
export interface Answer extends Measured {
  readonly name: string;
}

/** Reads what is wanted, measures it, and says it; `changed` makes another bench of each. */
export async function answer({ changed = (one: Benched) => one } = {}): Promise<void> {
  const wanted: Wanted = JSON.parse(await new Response(Deno.stdin.readable).text());
  Deno.env.set("COUNTERPROOF_THREADS", "1");
  if (wanted.backend !== null) Deno.env.set("COUNTERPROOF_BACKEND", wanted.backend);
  await import(new URL(`../${wanted.file}`, import.meta.url).href);
  for (const one of declaredBenches()) {
    const { watch = "full" } = one;
    if (watch === "no" || (wanted.form === "short" && watch === "full")) continue;
    const name = nameOf(wanted, one);
    if (!name.toLowerCase().includes(wanted.only.toLowerCase())) continue;
    if (wanted.names !== null && !wanted.names.includes(name)) continue;
    const measured = await measure(changed(one), wanted);
    const said: Answer = { name, ...measured };
    await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(said)}\n`));
  }
}

if (import.meta.main) {
  await answer();
  Deno.exit(0); // workers and pools of threads would keep it
}
