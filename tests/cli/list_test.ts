import { join } from "node:path";
import { listRow, newestRows } from "../../lib/cli/list.ts";
import { listRuns, type StoredRun } from "../../lib/runs/index.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { random } from "../../lib/random.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { writeManyRuns } from "../runs/many.ts";
import { counterproof } from "./command_line.ts";

const day = (day: number): string => `2026-11-${day}T10:00:00.000Z`;

async function write(
  runs: string,
  digit: string,
  { changes = {}, ...given }: Parameters<typeof syntheticRecord>[0] & { changes?: Partial<RunRecord> },
): Promise<string> {
  const record = { ...syntheticRecord(given), id: digit.repeat(64), ...changes };
  const folder = runFolder(runs, { name: given.name, id: record.id });
  await writeRecord(folder, record);
  return folder;
}

Deno.test("list shows every run with its state, and what is wrong with a failed or broken one", async () => {
  await inFolder(async (runs) => {
    const metrics = { A: { accuracy: 0.8 }, B: { accuracy: 0.7 } };
    await write(runs, "a", { name: "plain", epochs: 12, changes: { metrics, started: day(20) } });
    const broken = await write(runs, "b", { name: "dual" });
    await write(runs, "c", { name: "<script>\x1b[2J", changes: { started: day(22) } });
    const planned = { ...syntheticRecord({ name: "half" }).experiment, epochs: 7 } as RunRecord["experiment"];
    await write(runs, "d", {
      name: "half",
      status: "stopped",
      epochs: 3,
      changes: { started: day(23), experiment: planned },
    });
    const error = "The loss of step 3\nis not finite";
    await write(runs, "e", { name: "wild", status: "failed", changes: { started: day(24), error } });
    await write(runs, "f", { name: "killed", status: "running", changes: { started: day(25) } });
    const file = join(broken, "record.json");
    await Deno.writeTextFile(file, "{");
    using _ = await lockRun(join(runs, "going-0123456789ab"));
    const { code, out, err } = await counterproof(["list", "--runs", runs]);
    assertEquals([code, err], [0, ""]);
    const line = (word: string) => out.split("\n").find((one) => one.includes(word)) ?? "";
    assert(/plain +a{12} +done +2026-11-20 10:00 +2 min 05 s +12 +120 +75\.0 %/.test(line("plain")), out);
    assert(/dual +bbbbbbbbbbbb +broken/.test(line("bbbbbbbbbbbb")), out);
    assert(/half +d{12} +stopped +2026-11-23 10:00 +2 min 05 s +3\/7 +30/.test(line("half")), out);
    assert(/killed +f{12} +interrupted/.test(line("killed")), out);
    assert(line("going").includes(`running (${Deno.pid})`), out);
    assert(out.includes(`Cannot read "${file}": it is not JSON`), out);
    assert(out.includes("\nwild (eeeeeeeeeeee) failed: The loss of step 3 is not finite\n"), out);
    assert(!out.includes("\x1b") && !out.includes("not shown"), out);
  });
});

Deno.test("list shows the newest runs and says how many others there are", async () => {
  await inFolder(async (runs) => {
    const { experiment } = syntheticRecord({ name: "many" });
    await writeManyRuns(runs, { count: 53, define: (i) => ({ ...experiment, name: `many ${i}`, seed: i }) });
    const names = async (...args: string[]) => {
      const { out } = await counterproof(["list", "--runs", runs, ...args]);
      const [table, rest = ""] = out.trimEnd().split("\n\n");
      return { names: table.split("\n").slice(2).map((line) => Number(/^many (\d+)/.exec(line)![1])), rest };
    };
    const numbers = Array.from({ length: 53 }, (_, i) => i);
    assertEquals(await names(), { names: numbers.slice(3), rest: "3 older runs are not shown; see --limit all" });
    assertEquals(await names("--limit", "52"), {
      names: numbers.slice(1),
      rest: "1 older run is not shown; see --limit all",
    });
    assertEquals(await names("--limit", "all"), { names: numbers, rest: "" });
    const none = await counterproof(["list", "--runs", runs, "--limit", "0"]);
    assertEquals(none.code, 2);
    assert(none.err.includes('"--limit 0": expected a whole number from 1, or all'), none.err);
  });
});

Deno.test("newestRows() finds the newest in whatever order they come, those without a start among them", async () => {
  const run = (i: number) =>
    ({ folder: `${i}`, started: i > 90 ? null : new Date(i * 1e9).toISOString() }) as StoredRun;
  const shuffled = random(1, "runs").permutation(100);
  for (const limit of [1, 7, 100, 1000, Infinity]) {
    const { rows, older } = await newestRows(
      (async function* () {
        for (const i of shuffled) yield run(i);
      })(),
      limit,
    );
    const expected = Array.from({ length: 100 }, (_, i) => `${i}`).slice(-limit);
    assertEquals([rows.map(({ folder }) => folder), older], [expected, 100 - expected.length]);
  }
});

Deno.test("listRow() is plain values, for a script", async () => {
  await inFolder(async (runs) => {
    const metrics = { A: { accuracy: 0.5 }, mean: { accuracy: 0.75 } };
    await write(runs, "a", { name: "plain", epochs: 2, changes: { metrics } });
    await Deno.mkdir(join(runs, "empty-0123456789ab"));
    const [empty, row] = (await Array.fromAsync(listRuns(runs))).map(listRow);
    assertEquals([empty.id, empty.status, empty.accuracy], ["0123456789ab", "unfinished", null]);
    assertEquals([row.id, row.status, row.accuracy], ["a".repeat(64), "done", 0.75]);
    assertEquals([row.epochs, row.steps, row.seed, row.seconds], [2, 20, 1, 125]);
    assertEquals(JSON.parse(JSON.stringify(row)), row);
  });
});
