import { join } from "node:path";
import { lastEvent, openEventLog, readEvents, readEventsFrom, readSteps } from "../../lib/runs/event_log.ts";
import type { RunEvent, StepRow } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "./example.ts";

const step = (number: number, total = number / 3): RunEvent => ({
  kind: "step",
  row: { step: number, epoch: 1, loss: { total } },
  seconds: 0.25,
});

/** Writes events from a length on; resolves to the new length. */
async function write(folder: string, events: readonly RunEvent[], at = 0): Promise<number> {
  await using log = await openEventLog(folder, { at });
  for (const event of events) await log.append(event);
  return await log.sync();
}

const totals = (rows: readonly StepRow[]) => rows.map(({ step, loss }) => [step, loss.total]);

Deno.test("events come back in their order, with their time and with numbers that JSON lacks", async () => {
  await inFolder(async (folder) => {
    const events: RunEvent[] = [
      {
        kind: "start",
        name: "Zwei\nZeilen, λ",
        id: "a",
        step: 0,
        steps: 2,
        images: { step: 12, test: 24, probe: 12 },
        epochs: null,
      },
      step(1, 1 / 3),
      {
        kind: "nonfinite",
        row: { step: 2, epoch: 1, loss: { total: NaN, auc: -Infinity }, ids: ["a"] },
        skipped: true,
      },
      { kind: "notice", text: 'the "last" checkpoint is damaged' },
    ];
    const length = await write(folder, events);
    const file = join(folder, "events.jsonl");
    assertEquals((await Deno.stat(file)).size, length);
    assertEquals((await Deno.readTextFile(file)).split("\n").length, events.length + 1);
    const read = await Array.fromAsync(readEvents(folder));
    assertEquals(read.map(({ at: _, ...event }) => event as RunEvent), events);
    for (const { at } of read) assert(Math.abs(Date.parse(at) - Date.now()) < 600_000, at);
  });
});

Deno.test("of the last event the record is left out, which has a file of its own", async () => {
  await inFolder(async (folder) => {
    await write(folder, [{ kind: "done", record: exampleRecord() }]);
    const [{ at: _, ...event }] = await Array.fromAsync(readEvents(folder));
    assertEquals(event as unknown, { kind: "done" });
  });
});

Deno.test("events are read on from where they were read to, and a line is read when it has its end", async () => {
  await inFolder(async (folder) => {
    assertEquals(await readEventsFrom(folder, 0), { events: [], next: 0 });
    const long: RunEvent = { kind: "notice", text: "λ".repeat(1 << 20) }; // more than is read at once
    const first = await write(folder, [step(1), long]);
    const told: unknown[] = [];
    let at = 0;
    for (let next = -1; next !== at;) {
      next = at;
      const piece = await readEventsFrom(folder, at);
      told.push(...piece.events.map(({ at: _, ...event }) => event));
      at = piece.next;
    }
    assertEquals([told, at], [[step(1), long], first]);

    const file = join(folder, "events.jsonl");
    await write(folder, [step(2)], first);
    const line = (await Deno.readTextFile(file)).trimEnd().split("\n").at(-1)!;
    await Deno.truncate(file, first);
    await Deno.writeTextFile(file, line.slice(0, 20), { append: true });
    assertEquals(await readEventsFrom(folder, first), { events: [], next: first });
    await Deno.writeTextFile(file, `${line.slice(20)}\nbroken\n`, { append: true });
    const error = await assertRejects(() => readEventsFrom(folder, first), SyntaxError, file);
    assert(error.message.includes(`line 2 after byte ${first} is no event: "broken"`), error.message);
  });
});

Deno.test("the last event is found from the end of the file, however long it is", async () => {
  await inFolder(async (folder) => {
    assertEquals(await lastEvent(folder), null);
    await write(folder, []);
    assertEquals(await lastEvent(folder), null);
    for (const events of [[step(1)], [step(1), step(2)], [{ kind: "notice", text: "x".repeat(50_000) } as const]]) {
      await write(folder, events);
      assertEquals((await lastEvent(folder))?.kind, events.at(-1)!.kind);
      await Deno.writeTextFile(join(folder, "events.jsonl"), '{"at', { append: true });
      const { at: _, ...last } = (await lastEvent(folder))!;
      assertEquals(last as RunEvent, events.at(-1)!);
    }
  });
});

Deno.test("a run that has said nothing has no events and no steps", async () => {
  await inFolder(async (folder) => {
    assertEquals(await Array.fromAsync(readEvents(folder)), []);
    assertEquals(await readSteps(folder), []);
    assertEquals(await write(folder, []), 0);
    assertEquals(await readSteps(folder), []);
  });
});

Deno.test("a last line that is torn at any byte is passed over", async () => {
  await inFolder(async (folder) => {
    const kept = await write(folder, [step(1), step(2)]);
    const last: RunEvent = { kind: "notice", text: "λ" };
    const whole = await write(folder, [last], kept);
    const bytes = await Deno.readFile(join(folder, "events.jsonl"));
    for (let length = kept; length < whole; length++) {
      await Deno.writeFile(join(folder, "events.jsonl"), bytes.subarray(0, length));
      assertEquals((await Array.fromAsync(readEvents(folder))).length, 2);
    }
  });
});

Deno.test("any other line that is broken is refused with file and line", async () => {
  await inFolder(async (folder) => {
    await write(folder, [step(1), step(2), step(3)]);
    const file = join(folder, "events.jsonl");
    const lines = (await Deno.readTextFile(file)).split("\n");
    for (const broken of [lines[1].slice(0, -9), "", "null", "7", "{}", '{"kind":3}', "\0\0\0"]) {
      await Deno.writeTextFile(file, lines.with(1, broken).join("\n"));
      const read: unknown[] = [];
      const all = async () => {
        for await (const event of readEvents(folder)) read.push(event);
      };
      const error = await assertRejects(all, SyntaxError, "line 2 is no event");
      assert(error.message.startsWith(`Cannot read "${file}"`) && error.message.includes("Restore"), error.message);
      assertEquals(read.length, 1); // what stands before it is told
      await assertRejects(() => readSteps(folder), SyntaxError, "line 2");
    }
  });
});

Deno.test("a resumed run cuts what was said after its checkpoint and goes on there", async () => {
  await inFolder(async (folder) => {
    const at = await write(folder, [step(1), step(2)]);
    await write(folder, [step(3, 7), step(4, 7)], at);
    await write(folder, [step(3)], at);
    assertEquals(totals(await readSteps(folder)), [[1, 1 / 3], [2, 2 / 3], [3, 1]]);
    await write(folder, [step(1, 9)], 0);
    assertEquals(totals(await readSteps(folder)), [[1, 9]]);
  });
});

Deno.test("a file that is shorter than the checkpoint says is refused and left alone", async () => {
  await inFolder(async (folder) => {
    const at = await write(folder, [step(1), step(2)]);
    const file = join(folder, "events.jsonl");
    const before = await Deno.readTextFile(file);
    const error = await assertRejects(() => openEventLog(folder, { at: at + 1 }), RangeError, `it has ${at} bytes`);
    assert(error.message.includes(`saved after ${at + 1}`) && error.message.includes("--fresh"), error.message);
    await assertRejects(() => openEventLog(folder, { at: at - 1 }), RangeError, `no line ends after ${at - 1} bytes`);
    assertEquals(await Deno.readTextFile(file), before);
    await Deno.remove(file);
    await assertRejects(() => openEventLog(folder, { at }), RangeError, "it has 0 bytes");
  });
});

Deno.test("a step that comes twice counts the last time, and undoes those after it", async () => {
  await inFolder(async (folder) => {
    await write(folder, [step(1), step(2), step(3), step(2, 9)]);
    assertEquals(totals(await readSteps(folder)), [[1, 1 / 3], [2, 9]]);
  });
});

Deno.test("a reader that ends early leaves no file open, and lines may be longer than what is read at once", async () => {
  await inFolder(async (folder) => {
    const text = "λ".repeat(100_001);
    await write(folder, [{ kind: "notice", text }, step(1)]);
    for await (const event of readEvents(folder)) {
      assertEquals(event.kind === "notice" && event.text === text, true);
      break;
    }
    assertEquals((await readSteps(folder)).length, 1);
  });
});

Deno.test({
  name: "a line that does not fit on the disk is not begun, and the lines before it stay",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await inFolder(async (folder) => {
      const url = new URL("../../lib/runs/event_log.ts", import.meta.url);
      const script = join(folder, "write.ts");
      // the process may write files of 2 blocks of 1024 bytes, the signal for more is the shell's to ignore
      await Deno.writeTextFile(
        script,
        `import { openEventLog } from "${url}";
        await using log = await openEventLog(${JSON.stringify(folder)}, { at: 0 });
        const append = (text: string) => log.append({ kind: "notice", text });
        await append("a".repeat(1000));
        await append("b".repeat(3000)).catch(({ message }) => console.log(message));
        await append("c");`,
      );
      const run = `trap "" XFSZ; ulimit -f 2; exec "$1" run -A --no-check --cached-only "$2"`;
      const { stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", run, "bash", Deno.execPath(), script],
      }).output();
      const said = new TextDecoder().decode(stdout);
      assert(said.includes(`Cannot write to "${join(folder, "events.jsonl")}"`), new TextDecoder().decode(stderr));
      const read = await Array.fromAsync(readEvents(folder));
      assertEquals(read.map((event) => event.kind === "notice" && event.text[0]), ["a", "c"]);
    });
  },
});
