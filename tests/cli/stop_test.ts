import { join } from "node:path";
import { lockRun } from "../../lib/runs/lock.ts";
import { writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

// how it ends a run that goes: tests/detached_test.ts

Deno.test("stop refuses a run that nobody writes, and one that another machine writes", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "dual-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord());
    const nobody = await counterproof(["stop", "c3bbf8", "--runs", runs]);
    assertEquals([nobody.code, nobody.out], [1, ""]);
    assert(nobody.err.includes("no process is writing it"), nobody.err);

    using _ = await lockRun(folder);
    const elsewhere = JSON.stringify({ pid: 1, host: "the-other-one", since: "2026-11-22T06:00:00.000Z" });
    await Deno.writeTextFile(join(folder, "lock.json"), elsewhere);
    const other = await counterproof(["stop", "c3bbf8", "--runs", runs]);
    assertEquals([other.code, other.out], [1, ""]);
    assert(other.err.includes('process 1 on "the-other-one" is writing it'), other.err);
    assert(other.err.includes(`this is "${Deno.hostname()}". End it there`), other.err);
  });
});

Deno.test("stop refuses what no run is called", async () => {
  await inFolder(async (runs) => {
    const { code, err } = await counterproof(["stop", "dual", "--runs", runs]);
    assertEquals(code, 2);
    assert(err.includes('"dual"'), err);
  });
});
