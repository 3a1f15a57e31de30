/** A slow run whose progress is shown in no notebook; prints what it ends with. A process of its own, to be interrupted. */
import { showProgress } from "../../lib/notebook/progress.ts";
import { madeUpEvents } from "./events.ts";

const before = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const output = { show: (): Promise<void> => Promise.resolve() };
const written = (text: string): number => Deno.stdout.writeSync(new TextEncoder().encode(text));
try {
  for await (const event of showProgress((signal) => madeUpEvents({ steps: 500, before, signal }), { output })) {
    written(`${event.kind}\n`);
  }
} catch (error) {
  written(`${error instanceof Error ? error.stack : error}\n`);
}
