import { join } from "node:path";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { chooseRuns } from "../../lib/cli/choose_runs.ts";
import { compareStored, comparisonRows } from "../../lib/cli/compare.ts";
import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { isFinished } from "../../lib/runs/index.ts";
import { syntheticAblation, syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { writeManyRuns } from "../runs/many.ts";
import { counterproof } from "./command_line.ts";

const named = (name: string) => ({ ...syntheticRecord({ name: "many" }).experiment, name });

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

Deno.test("compare takes names, beginnings of ids and folders, and shows differences against the last", async () => {
  await inRuns(async (runs) => {
    const shown = await counterproof(["compare", "plain", "bbbb", "--runs", runs]);
    assertEquals([shown.err, shown.code], ["", 0]);
    assert(shown.out.includes("dual − plain"), shown.out);
    assert(/^method +loss\.contrastive +accuracy %/.test(shown.out), shown.out);
    assert(/^dual +contrastive +/m.test(shown.out), shown.out);
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
    assert(unknown.err.includes('Cannot find "dula"') && unknown.err.includes('did you mean "dual"?'), unknown.err);
    const half = await counterproof(["compare", "half", "--runs", runs]);
    assertEquals(half.code, 1);
    assert(half.err.includes("is not finished"), half.err);
  });
});

Deno.test("compare tells many runs by their records' means, and how to see intervals", async () => {
  await inFolder(async (runs) => {
    const define = (i: number) => ({ ...named("many"), tags: { p: i >> 1 }, seed: i % 2, epochs: i >> 1 });
    const folders = await writeManyRuns(runs, { count: 44, define });
    const { code, out, err } = await counterproof(["compare", "--runs", runs]);
    assertEquals([code, err], [0, ""]);
    const lines = out.split("\n");
    assert(/^method +p +epochs +accuracy %/.test(lines[0]), out);
    assertEquals(lines.findIndex((line) => line === ""), 2 + 22); // two seeds of each
    assert(lines[24 + 1].startsWith("44 runs are compared by the means"), out);
    // the steps and scores of these records are not there
    const few = await counterproof(["compare", ...folders.slice(0, 2), "--runs", runs]);
    assert(few.code === 1 && few.err.includes("Cannot read"), few.out + few.err);
  });
});

Deno.test("compareStored() has the means of compareRecords(), and both are plain rows for a script", async () => {
  await inFolder(async (runs) => {
    for (const [i, record] of syntheticAblation({ seeds: [1, 2], probe: 7 }).entries()) {
      const id = String(i).padStart(12, "0").padEnd(64, "0");
      const metrics = evaluateScores(record.scores);
      await writeRecord(runFolder(runs, { name: record.experiment.name, id }), { ...record, id, metrics });
    }
    const stored = (await chooseRuns(runs, [])).filter(isFinished);
    const read = comparisonRows(await compareStored(stored));
    const { overview } = await import("../../lib/report/mod.ts");
    assertEquals(overview(stored).objects(), read.methods as object[]);
    assertEquals(JSON.parse(JSON.stringify(read)), read);
    assertEquals([read.runs, (read.sets as object[]).length], [8, 4 * 6 + 6]);
    assertEquals((read.differences as { rows: object[] }[]).map(({ rows }) => rows.length), [6, 6, 6]);
  });
});
