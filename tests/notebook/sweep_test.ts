import type { SweepEvent } from "../../lib/cluster/events.ts";
import { showSweep } from "../../lib/notebook/sweep.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { everyStanding, madeUpTable } from "../cluster/rows.ts";

const table: SweepEvent = { kind: "table", table: madeUpTable(everyStanding, { secondsLeft: 60 }) };
const done: SweepEvent = { kind: "done", sweep: { records: [], rows: everyStanding } };

function screen() {
  const shown: Readonly<Record<string, string>>[] = [];
  let time = 0;
  const output = { show: (bundle: Readonly<Record<string, string>>) => Promise.resolve(void shown.push(bundle)) };
  return { shown, output, now: () => time += 1 };
}

Deno.test("showSweep() shows bar and table in one output, failures below, and passes every event on", async () => {
  const { shown, ...place } = screen();
  const events: SweepEvent[] = [
    table,
    { kind: "ended", row: everyStanding[5] },
    { kind: "notice", text: "died & <b>" },
    done,
  ];
  const start = async function* () {
    yield* events;
  };
  const passed = await Array.fromAsync(showSweep(start, place));
  assertEquals(passed.map(({ kind }) => kind), ["table", "ended", "notice", "done"]);
  const { "text/html": html, "text/plain": text } = shown.at(-1)!;
  assert(html.includes("width:25.0%") && html.includes("<td") && html.includes("step 12 of 40 (process 71)"), html);
  assert(html.includes("died &#38; &#60;b&#62;") && html.includes("failed: the loss is not finite"), html);
  assert(text.startsWith("1 of 6 runs done") && text.includes("1 min 00 s left"), text);
});

Deno.test("showSweep() shows how all stood when it is stopped, and says how to go on", async () => {
  const { shown, ...place } = screen();
  const start = async function* (signal: AbortSignal): AsyncGenerator<SweepEvent> {
    yield table;
    await new Promise((resolve) => signal.aborted ? resolve(null) : signal.addEventListener("abort", resolve));
    signal.throwIfAborted();
  };
  const stopper = new AbortController();
  const stopped = async () => {
    for await (const _ of showSweep(start, { ...place, signal: stopper.signal })) stopper.abort();
  };
  const error = await assertRejects(
    stopped,
    DOMException,
    "Every run keeps its checkpoint, run the cell again to go on",
  );
  assertEquals([error.name, shown.length > 0], ["AbortError", true]);
});
