/** Runs the tiny world and prints each event as JSON; a process of its own, for detached_test.ts to kill. */
import { events } from "../lib/run.ts";
import { tinyDual } from "./tiny_world.ts";

const { epochs, options } = JSON.parse(Deno.args[0]);
const written = (text: string): number => Deno.stdout.writeSync(new TextEncoder().encode(text));
for await (const event of events(tinyDual({ epochs }), options)) {
  written(`${JSON.stringify(event.kind === "done" ? { kind: event.kind } : event)}\n`);
}
