import { join } from "node:path";
import { lockRun } from "../../lib/runs/lock.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** A runs folder with finished runs, one under a hostile name, and one that was stopped. */
async function inRuns(body: (runs: string) => Promise<void>): Promise<void> {
  await inFolder(async (runs) => {
    const write = async (
      digit: string,
      given: Parameters<typeof syntheticRecord>[0],
      changes: Partial<RunRecord> = {},
    ) => {
      const record = { ...syntheticRecord(given), id: digit.repeat(64), ...changes };
      await writeRecord(runFolder(runs, { name: given.name, id: record.id }), record);
    };
    const metrics = { A: { accuracy: 0.8 }, B: { accuracy: 0.7 } };
    await write("a", { name: "plain" }, { metrics, started: "2026-11-20T10:00:00.000Z" });
    await write("b", { name: "dual", distance: 2, terms: { classification: 0.7, contrastive: 1 } }, {
      started: "2026-11-21T10:00:00.000Z",
    });
    await write("c", { name: "<script>\x1b[2J", terms: { contrastive: 1 } }, { started: "2026-11-22T10:00:00.000Z" });
    await write("e", { name: "elsewhere", seed: 2, trained: ["B"] }, { started: "2026-11-22T11:00:00.000Z" });
    await write("d", { name: "half", status: "stopped" }, { started: "2026-11-23T10:00:00.000Z" });
    await body(runs);
  });
}

Deno.test("list shows every run with its state, and what is wrong with a broken one", async () => {
  await inRuns(async (runs) => {
    const file = join(runs, `dual-${"b".repeat(12)}`, "record.json");
    await Deno.writeTextFile(file, "{");
    using _ = await lockRun(join(runs, "going-0123456789ab"));
    const { code, out, err } = await counterproof(["list", "--runs", runs]);
    assertEquals([code, err], [0, ""]);
    const line = (word: string) => out.split("\n").find((one) => one.includes(word)) ?? "";
    assert(/plain\s+aaaaaaaaaaaa\s+done\s+2026-11-20 10:00\s+2 min 05 s\s+75\.0 %/.test(line("plain")), out);
    assert(/dual\s+bbbbbbbbbbbb\s+broken/.test(line("bbbbbbbbbbbb")), out);
    assert(/half\s+dddddddddddd\s+stopped/.test(line("half")), out);
    assert(line("going").includes(`running (${Deno.pid})`), out);
    assert(out.includes(`Cannot read "${file}": it is not JSON`), out);
    assert(!out.includes("\x1b"), out);
  });
});

Deno.test("compare takes names, beginnings of ids and folders, and shows differences against the last", async () => {
  await inRuns(async (runs) => {
    const shown = await counterproof(["compare", "plain", "bbbb", "--runs", runs]);
    assertEquals([shown.err, shown.code], ["", 0]);
    assert(shown.out.includes("dual − plain"), shown.out);
    const folders = ["plain-aaaaaaaaaaaa", "dual-bbbbbbbbbbbb"].map((name) => join(runs, name));
    assertEquals((await counterproof(["compare", ...folders, "--runs", runs])).out, shown.out);
    const apart = await counterproof(["compare", "elsewhere", "dual", "--runs", runs]);
    assert(apart.code === 0 && apart.out.includes("Cannot pair"), apart.out + apart.err);
    const all = await counterproof(["compare", "--runs", runs]);
    assert(all.code === 0 && all.out.includes("<script>") && !all.out.includes("\x1b"), all.out + all.err);
  });
});

Deno.test("compare refuses unknown and unfinished runs", async () => {
  await inRuns(async (runs) => {
    const unknown = await counterproof(["compare", "dula", "--runs", runs]);
    assertEquals([unknown.code, unknown.out], [2, ""]);
    assert(unknown.err.includes('Cannot compare "dula"') && unknown.err.includes('did you mean "dual"?'), unknown.err);
    const half = await counterproof(["compare", "half", "--runs", runs]);
    assertEquals(half.code, 1);
    assert(half.err.includes("is not finished"), half.err);
  });
});
