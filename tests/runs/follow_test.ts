import { join } from "node:path";
import { openEventLog } from "../../lib/runs/event_log.ts";
import { follow, type Writer, writerOf } from "../../lib/runs/follow.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "./example.ts";

const start: RunEvent = {
  kind: "start",
  name: "a",
  id: "1",
  step: 3,
  steps: 9,
  images: { step: 12, test: 24, probe: 12 },
  epochs: 3,
};
const notice: RunEvent = { kind: "notice", text: "it goes on from step 3" };
const step = (number: number): RunEvent => ({
  kind: "step",
  row: { step: number, epoch: 1, loss: { total: NaN } },
  seconds: 1,
});

/** A process that began at a time, and ends when it is told to. */
function made(since: string): Writer & { end: () => void } {
  let alive = true;
  return {
    ...{ pid: 1, host: "", since, alive: () => Promise.resolve(alive) },
    end: () => void (alive = false),
  };
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("who follows a run is told where it stands and what it should know, then what is said, and nothing of before", async () => {
  await inFolder(async (folder) => {
    {
      await using old = await openEventLog(folder, { at: 0 });
      for (const event of [start, step(4), step(5)]) await old.append(event);
    }
    await wait(5);
    const writer = made(new Date().toISOString());
    await using log = await openEventLog(folder, { at: 0 });
    for (const event of [start, notice, step(4)]) await log.append(event);
    const told: RunEvent[] = [];
    for await (const event of follow(folder, writer, { whole: false })) {
      told.push(event);
      if (told.length === 2) { for (const more of [step(5), notice]) await log.append(more); }
      if (told.length === 4) {
        await log.append(step(6));
        writer.end();
      }
    }
    assertEquals(told, [{ ...start, step: 4 }, notice, step(5), notice, step(6)]);
  });
});

Deno.test("who started a run is told all that it says, from a file that it first cuts", async () => {
  await inFolder(async (folder) => {
    let at: number;
    {
      await using old = await openEventLog(folder, { at: 0 });
      for (const event of [start, step(4)]) await old.append(event);
      at = await old.sync();
      for (let i = 5; i < 40; i++) await old.append(step(i));
    }
    await wait(5);
    const writer = made(new Date().toISOString());
    const begins = async () => {
      await wait(300); // by then the follower has looked at what is there
      await using log = await openEventLog(folder, { at });
      for (const event of [start, step(5), step(6)]) await log.append(event);
      await Deno.writeTextFile(join(folder, "events.jsonl"), '{"at":"20', { append: true }); // killed while it wrote
      writer.end();
    };
    const [told] = await Promise.all([Array.fromAsync(follow(folder, writer, { whole: true })), begins()]);
    assertEquals(told, [start, step(5), step(6)]);
  });
});

Deno.test("a process that ends without a word leaves nothing to follow, and a signal ends following at once", async () => {
  await inFolder(async (folder) => {
    const silent = made(new Date().toISOString());
    const waiting = Array.fromAsync(follow(folder, silent, { whole: true }));
    await wait(20);
    silent.end();
    assertEquals(await waiting, []);

    const leaver = new AbortController();
    const left = Array.fromAsync(follow(folder, made("2026"), { whole: true, signal: leaver.signal }));
    leaver.abort();
    assertEquals(await left, []);
  });
});

Deno.test("the writer of a run is who holds its lock, for as long as that", async () => {
  await inFolder(async (folder) => {
    assertEquals(await writerOf(folder), null);
    const lock = await lockRun(folder);
    const writer = (await writerOf(folder))!;
    assertEquals([writer.pid, writer.host, await writer.alive()], [Deno.pid, Deno.hostname(), true]);
    lock[Symbol.dispose]();
    assert(!await writer.alive());
    await wait(2);
    using _ = await lockRun(folder);
    assert(!await writer.alive(), "another holds it");
  });
});
