import { basename, dirname, join } from "node:path";
import { type Cleaned, cleanedText, cleanRuns } from "../../lib/cli/clean.ts";
import { removeFiles } from "../../lib/cli/removable.ts";
import { runFiles } from "../../lib/cli/run_files.ts";
import { TASK } from "../../lib/cli/print.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const best = { epoch: 2, step: 6, checkpoint: "checkpoints/best-6.safetensors", sha256: null };
const dry = { apply: false, stopped: false, olderThan: 0 };

/** Writes a run with files of 100 bytes each, and its record unless that is null; resolves to its folder. */
async function write(
  runs: string,
  name: string,
  { record = {}, files = [] }: { record?: Partial<RunRecord> | null; files?: readonly string[] } = {},
): Promise<string> {
  const folder = join(runs, `${name}-0123456789ab`);
  await Deno.mkdir(folder, { recursive: true });
  if (record !== null) await writeRecord(folder, exampleRecord({ best, ...record }));
  for (const file of files) {
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.writeFile(join(folder, file), new Uint8Array(100));
  }
  return folder;
}

const checkpoints = ["best-3.safetensors", "best-6.safetensors", "step-6.json", "step-6.safetensors"]
  .map((name) => `checkpoints/${name}`);

/** What can go, as "run/path" or "run/" for all of it. */
const told = ({ found }: Cleaned): string[] =>
  found.flatMap(({ folder, files, whole }) => {
    const name = basename(folder).slice(0, -13);
    return whole ? [`${name}/`] : files.map(({ path }) => `${name}/${path}`);
  });

const paths = async (folder: string): Promise<string[]> => (await runFiles(folder)).map(({ path }) => path);

Deno.test("of a finished run the states and the checkpoints that are not kept go, and nothing else", () =>
  inFolder(async (runs) => {
    const folder = await write(runs, "done", {
      files: [...checkpoints, "last.safetensors", "events.jsonl", "record.json.77-1.tmp", "notes.txt"],
    });
    const before = await paths(folder);
    const found = await cleanRuns(runs, dry);
    const can = ["checkpoints/best-3.safetensors", "checkpoints/step-6.json", "checkpoints/step-6.safetensors"];
    assertEquals(told(found), [...can, "last.safetensors", "record.json.77-1.tmp"].map((path) => `done/${path}`));
    assertEquals([found.bytes, found.applied, await paths(folder)], [500, false, before]);
    const gone = await cleanRuns(runs, { ...dry, apply: true });
    assertEquals([gone.bytes, gone.problems], [500, []]);
    const kept = before.filter((path) => ![...can, "last.safetensors", "record.json.77-1.tmp"].includes(path));
    assertEquals(await paths(folder), kept);
    assert(kept.includes("checkpoints/best-6.safetensors") && kept.includes("events.jsonl"), kept.join());
    assertEquals(told(await cleanRuns(runs, dry)), []);
  }));

Deno.test("an older run's best checkpoint stays, beside its state that goes", () =>
  inFolder(async (runs) => {
    await write(runs, "old", {
      record: { best: { ...best, checkpoint: "best.safetensors" } },
      files: ["best.safetensors", "last.safetensors"],
    });
    assertEquals(told(await cleanRuns(runs, dry)), ["old/last.safetensors"]);
  }));

Deno.test("runs that did not finish stay whole unless --stopped takes them", () =>
  inFolder(async (runs) => {
    for (const status of ["stopped", "failed", "running"] as const) {
      await write(runs, status, { record: { status }, files: [...checkpoints, "events.jsonl"] });
    }
    await write(runs, "older", { record: null, files: ["last.safetensors", "best.safetensors"] });
    assertEquals(told(await cleanRuns(runs, dry)), []);
    const found = await cleanRuns(runs, { ...dry, stopped: true });
    assertEquals(told(found), ["failed/", "older/", "running/", "stopped/"]);
    const reasons = found.found.map(({ files }) => files[0].why);
    assertEquals(reasons, [
      "it failed",
      "it was stopped before it had a record",
      "it was interrupted",
      "it was stopped",
    ]);
    const gone = await cleanRuns(runs, { ...dry, stopped: true, apply: true });
    assertEquals([gone.bytes, gone.problems], [found.bytes, []]);
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  }));

Deno.test("a folder in which nothing was begun goes", () =>
  inFolder(async (runs) => {
    await write(runs, "empty", { record: null });
    await write(runs, "log", { record: null, files: ["events.jsonl"] });
    await Deno.mkdir(join(runs, "log-0123456789ab", "checkpoints"));
    assertEquals(told(await cleanRuns(runs, dry)), ["empty/", "log/"]);
    assertEquals((await cleanRuns(runs, { ...dry, apply: true })).problems, []);
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  }));

Deno.test("nothing goes of a run that a process holds, or whose record cannot be read", () =>
  inFolder(async (runs) => {
    const files = [...checkpoints, "record.json.1-1.tmp"];
    const held = await write(runs, "held", { record: { status: "running" }, files });
    const empty = await write(runs, "beginning", { record: null });
    const broken = await write(runs, "broken", { files });
    await Deno.writeTextFile(join(broken, "record.json"), "{");
    using _ = await lockRun(held);
    using __ = await lockRun(empty);
    const kept = await Promise.all([held, broken].map(paths));
    const found = await cleanRuns(runs, { apply: true, stopped: true, olderThan: 0 });
    assertEquals([told(found), found.bytes, found.problems], [[], 0, []]);
    assertEquals(await Promise.all([held, broken].map(paths)), kept);
    const why = found.found.map(({ leftAlone }) => leftAlone);
    assert(why[0]?.includes(`process ${Deno.pid} on "`) && why[1]?.includes("cannot be read"), why.join("\n"));
  }));

Deno.test("what does not look like a run's folder is never removed, and links are never followed", () =>
  inFolder(async (outside) => {
    const runs = join(outside, "runs");
    await Deno.mkdir(join(outside, "precious"), { recursive: true });
    for (const name of ["step-6.safetensors", "step-6.json", "events.jsonl"]) {
      await Deno.writeTextFile(join(outside, "precious", name), "kept");
    }
    const done = await write(runs, "done");
    await Deno.symlink(join(outside, "precious"), join(done, "checkpoints"));
    await Deno.symlink(join(outside, "precious", "step-6.json"), join(done, "last.safetensors"));
    const stopped = await write(runs, "stopped", { record: { status: "stopped" } });
    await Deno.symlink(join(outside, "precious"), join(stopped, "checkpoints"));
    await Deno.symlink(join(outside, "precious"), join(runs, "linked-0123456789ab"));
    const photos = await write(runs, "photos", { record: null, files: ["holiday.jpg"] });
    const plain = join(runs, "thesis");
    await Deno.mkdir(plain);
    await Deno.writeTextFile(join(plain, "events.jsonl"), "");
    const found = await cleanRuns(runs, { apply: true, stopped: true, olderThan: 0 });
    assertEquals([told(found), found.problems], [[], []]);
    assertEquals((await paths(join(outside, "precious"))).length, 3);
    assertEquals([await paths(photos), await paths(plain)], [["holiday.jpg"], ["events.jsonl"]]);
    const why = found.found.map(({ leftAlone }) => leftAlone);
    assert(why[0]?.includes('"holiday.jpg", which is not a run'), why.join("\n"));
    assert(why[1]?.includes('"checkpoints", which is not a run'), why.join("\n"));
    // a folder of something else altogether
    assertEquals((await cleanRuns(outside, { apply: true, stopped: true, olderThan: 0 })).found, []);
  }));

Deno.test("--older-than narrows to what was last written so long ago", () =>
  inFolder(async (runs) => {
    const ago = async (folder: string, days: number): Promise<void> => {
      const then = new Date(Date.now() - days * 24 * 3600 * 1000);
      for (const path of await paths(folder)) await Deno.utime(join(folder, path), then, then);
    };
    await ago(await write(runs, "old", { files: checkpoints }), 40);
    await ago(await write(runs, "new", { files: checkpoints }), 20);
    const names = (days: number) => cleanRuns(runs, { ...dry, olderThan: days }).then(({ found }) => found.length);
    assertEquals([await names(10), await names(30), await names(50)], [2, 1, 0]);
  }));

Deno.test("temporary files beside the runs go when their process has ended, an hour later", () =>
  inFolder(async (runs) => {
    const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
    await child.status;
    const hours = new Date(Date.now() - 2 * 3600 * 1000);
    const file = async (name: string, at: Date): Promise<void> => {
      await Deno.writeTextFile(join(runs, name), "half");
      await Deno.utime(join(runs, name), at, at);
    };
    await file(`demo.html.${child.pid}-1.tmp`, hours);
    await file(`.probe-${child.pid}`, hours);
    await file(`fresh.html.${child.pid}-1.tmp`, new Date());
    await file(`mine.html.${Deno.pid}-1.tmp`, hours);
    await file("notes.tmp", hours);
    const { found } = await cleanRuns(runs, { ...dry, apply: true });
    assertEquals(found[0].files.map(({ path }) => path).sort(), [
      `.probe-${child.pid}`,
      `demo.html.${child.pid}-1.tmp`,
    ]);
    assertEquals((await paths(runs)).length, 3);
  }));

Deno.test("clean is dry by default, says what to type, and shows hostile names as they are", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "my runs");
    const run = await write(runs, "\x1b[2Jbad", { files: checkpoints });
    const first = await counterproof(["clean", "--runs", runs]);
    assertEquals([first.code, first.err], [0, ""]);
    assert(!first.out.includes("\x1b"), first.out);
    assert(first.out.includes(`300 B can go. Remove it with: ${TASK} clean --runs "${runs}" --apply`), first.out);
    assert(first.out.includes("checkpoints/step-6.json and 1 more"), first.out);
    assertEquals((await paths(run)).filter((path) => path.startsWith("checkpoints")), checkpoints);
    const applied = await counterproof(["clean", "--runs", runs, "--apply", "--json"]);
    const { bytes, applied: done } = JSON.parse(applied.out);
    assertEquals([applied.code, bytes, done], [0, 300, true]);
    const nothing = await counterproof(["clean", "--runs", runs]);
    assert(nothing.out.includes("can go") && nothing.out.startsWith("Nothing in "), nothing.out);
    const missing = await counterproof(["clean", "--runs", join(folder, "none")]);
    assert(missing.code === 1 && missing.err.includes("there is no such folder"), missing.err);
  }));

Deno.test("clean says what it could not look at or remove, and goes on with the rest", () =>
  inFolder(async (runs) => {
    const odd = await write(runs, "a", { files: checkpoints });
    await Deno.mkdir(join(odd, "lock.json"));
    await write(runs, "b", { files: checkpoints });
    const { bytes, problems } = await cleanRuns(runs, { ...dry, apply: true });
    assertEquals([bytes, problems.length], [300, 1]);
    assertEquals((await counterproof(["clean", "--apply", "--runs", runs])).code, 1);
    const swapped = await write(runs, "c");
    await Deno.symlink(join(odd, "checkpoints"), join(swapped, "checkpoints"));
    const files = [{ path: "checkpoints/step-6.json", bytes: 100, why: "" }];
    await assertRejects(() => removeFiles({ folder: swapped, files }), Error, '"checkpoints" has become a link');
    assert((await paths(odd)).includes("checkpoints/step-6.json"));
  }));

Deno.test("the table of what went ends with what was freed", () => {
  const files = [{ path: "checkpoints/step-6.json", bytes: 2_500_000, why: "done" }];
  const found = [
    { folder: "runs/dual-0123456789ab", files, whole: false, leftAlone: null },
    { folder: "runs/gone-0123456789ab", files: [], whole: true, leftAlone: null },
  ];
  const text = cleanedText({ runs: "runs", applied: true, found, bytes: 2_500_000, problems: [] }, { again: "" });
  assert(/^dual-0123456789ab +checkpoints\/step-6\.json +2\.5 MB +done$/m.test(text), text);
  assert(text.includes("an empty folder") && text.endsWith("Freed 2.5 MB"), text);
});
