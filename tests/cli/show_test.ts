import { join } from "node:path";
import { lookAt, oneRun } from "../../lib/cli/one_run.ts";
import { runFiles, sizeText } from "../../lib/cli/run_files.ts";
import { runDocument } from "../../lib/cli/show.ts";
import { nextSteps, runText } from "../../lib/cli/show_text.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** Writes a run into the runs folder; resolves to its own. */
async function write(runs: string, name: string, changes: Partial<RunRecord> = {}): Promise<string> {
  const record = { ...syntheticRecord({ name, epochs: 3 }), id: "a".repeat(64), ...changes };
  const folder = runFolder(runs, { name, id: record.id });
  await writeRecord(folder, record);
  return folder;
}

const textOf = async (folder: string, runs?: string): Promise<string> =>
  runText(await lookAt(folder), { files: await runFiles(folder), runs });

Deno.test("show tells all of a finished run", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "dual", {
      metrics: { A: { accuracy: 0.8, auc: 0.9, brier: 0.125 }, mean: { accuracy: 0.8 }, B: { accuracy: NaN } },
      best: { epoch: 2, step: 6, checkpoint: "checkpoints/best-6.safetensors", sha256: null },
    });
    await Deno.mkdir(join(folder, "checkpoints"));
    await Deno.writeFile(join(folder, "checkpoints", "best-6.safetensors"), new Uint8Array(2500));
    const text = await textOf(folder);
    for (
      const part of [
        "dual, seed 1",
        "a".repeat(64),
        "status       done",
        "2 min 05 s of work, 812 MB at most",
        "epoch 2, step 6: checkpoints/best-6.safetensors",
        "wasm, 2 threads",
        "none, made outside a checkout",
        "pocket/world.json synthetic",
        "loss: classification  classification: weight 0.7",
        "checkpoints/best-6.safetensors  2.5 kB",
        "deno task compare aaaaaaaaaaaa OTHER",
        "deno task evaluate aaaaaaaaaaaa",
      ]
    ) assert(text.includes(part), `${text}\nlacks: ${part}`);
    const tables = text.slice(text.indexOf("tested on  ")).split("\n\n").slice(0, 2);
    const sets = tables.map((table) => table.split("\n").slice(2).map((line) => line.split(/\s{2,}/)));
    assertEquals(sets[0], [["A", "80.0"], ["mean of the above", "80.0"], ["B", "NaN"]]);
    assertEquals(sets[1], [["A", "90.0", "0.125"], ["mean of the above"], ["B"]]);
    assert(text.split("\n").every((line) => line.length <= 100), text);
  }));

Deno.test("show tells a running run from one that was interrupted", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "going", { status: "running", metrics: {} });
    assertEquals((await lookAt(folder)).state, "interrupted");
    const text = await textOf(folder, "my runs");
    assert(text.includes("interrupted after epoch 3: it says that it is running, and no process holds it"), text);
    assert(text.includes(`deno task run ${folder} --runs "my runs"`), text);
    using _ = await lockRun(folder);
    const held = await textOf(folder);
    assert(held.includes(`running: process ${Deno.pid} on "${Deno.hostname()}" since `), held);
  }));

Deno.test("show says why a run failed and what its left-out steps held", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "wild", {
      status: "failed",
      error: "Cannot go on training: the loss of step 7 is not finite",
      skipped: [{ step: 5, epoch: 2, loss: { total: NaN }, ids: ["a", "b\x1b[2J", "c", "d"] }],
      history: [],
    });
    const text = await textOf(folder);
    assert(text.includes("error        Cannot go on training: the loss of step 7"), text);
    assert(text.includes('step 5, epoch 2: total NaN; the batch held "a", "b'), text);
    assert(text.includes(" and 1 more"), text);
    assert(text.includes("None has ended yet"), text);
    assert(!text.includes("\x1b"), text);
  }));

Deno.test("show says what is wrong with a broken record, and what is in a folder without one", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "broken");
    await Deno.writeTextFile(join(folder, "record.json"), "{");
    const broken = await counterproof(["show", folder, "--runs", runs]);
    assertEquals(broken.code, 1);
    assert(broken.err.includes("record.json") && broken.err.includes("it is not JSON"), broken.err);
    assert(broken.out.includes("its record cannot be read") && broken.out.includes("record.json"), broken.out);
    const empty = join(runs, "begun-0123456789ab");
    await Deno.mkdir(empty);
    const text = await textOf(empty);
    assert(text.includes("unfinished: it has no record yet") && text.includes("0 files, 0 B"), text);
  }));

Deno.test("show --json gives the record, and the scores when they are asked for", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "dual");
    const run = await lookAt(folder);
    const files = await runFiles(folder);
    const plain = await runDocument(run, { files, scores: false }) as { record: RunRecord };
    assertEquals([plain.record.id, "scores" in plain.record], [run.header!.id, false]);
    const whole = await counterproof(["show", "aaaa", "--json", "--scores", "--runs", runs]);
    assertEquals([whole.code, whole.err], [0, ""]);
    const { record, state } = JSON.parse(whole.out);
    assertEquals([state, record.scores.label.length > 0, record.history.length], ["done", true, 3]);
    const alone = await counterproof(["show", "aaaa", "--scores", "--runs", runs]);
    assert(alone.code === 2 && alone.err.includes("--scores goes with --json"), alone.err);
  }));

Deno.test("show wants one run: of several it tells the ids, of an unknown one the nearest", () =>
  inFolder(async (runs) => {
    await write(runs, "dual");
    await write(runs, "dual", { id: "b".repeat(64) });
    const several = await assertRejects(() => oneRun(runs, "dual"), UsageError, "2 are called so");
    assert(several.message.includes("aaaaaaaaaaaa in ") && several.message.includes("bbbbbbbbbbbb in "));
    await assertRejects(() => oneRun(runs, "daul"), UsageError, 'did you mean "dual"?');
    assertEquals(await oneRun(runs, "bbbb"), join(runs, `dual-${"b".repeat(12)}`));
  }));

Deno.test("what comes next depends on how a run stands", () => {
  const at = { folder: "", shortId: "c3bbf8d1e5f5", header: null, problem: null, writer: null };
  const commands = (state: Parameters<typeof nextSteps>[0]["state"]) =>
    nextSteps({ ...at, state }).map(({ command }) => command.replace(/ c3bb.*| FILE| --.*/, ""));
  assertEquals(commands("done"), ["deno task compare", "deno task evaluate"]);
  assertEquals(commands("interrupted"), ["deno task run", "deno task clean"]);
  assertEquals(commands("running"), ["deno task list"]);
});

Deno.test("links in a run's folder are told and not followed; sizes read as a person says them", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "dual");
    await Deno.symlink(runs, join(folder, "checkpoints"));
    const link = (await runFiles(folder)).find(({ path }) => path === "checkpoints");
    assertEquals([link?.kind, link?.bytes], ["link", 0]);
    assertEquals([0, 999, 1000, 12_345_678, 5e12, 5e15].map(sizeText), [
      ...["0 B", "999 B", "1.0 kB", "12.3 MB", "5.0 TB", "5000.0 TB"],
    ]);
  }));
