import { join } from "node:path";
import { openEventLog } from "../../lib/runs/event_log.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import type { RunHeader } from "../../lib/runs/record.ts";
import {
  appendScores,
  checkWritable,
  clearRun,
  findFolder,
  findRecord,
  readHeader,
  readRecord,
  runFolder,
  writeHeader,
  writeRecord,
} from "../../lib/runs/store.ts";
import { readParquet } from "../../lib/tables/parquet.ts";
import type { RunRecord, ScoreColumns } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "./example.ts";

const id = exampleRecord().id;

const noScores: ScoreColumns = {
  id: [],
  source: [],
  generator: [],
  set: [],
  corruption: [],
  label: [],
  score: [],
};

/** A record as it stands while its run goes. */
function exampleHeader(changes: Partial<RunRecord> = {}): RunHeader {
  return withoutColumns(exampleRecord({ status: "running", metrics: {}, ...changes }));
}

function withoutColumns({ steps: _, scores: __, probe: ___, validation: ____, ...header }: RunRecord): RunHeader {
  return header;
}

/** Copies the folder of a run as an earlier version wrote it. */
async function copyOf(format: "format_1" | "format_2", folder: string): Promise<void> {
  const from = new URL(`./${format}`, import.meta.url).pathname;
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(join(from, name), join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

/** Files of {@linkcode exampleRecord}. */
const WHOLE = ["events.jsonl", "probe.parquet", "record.json", "scores.parquet", "validation.parquet"];

Deno.test("a run's folder is its name without what a path cannot hold, and twelve digits of its id", () => {
  const name = (given: string) => runFolder("runs", { name: given, id }).slice(5);
  assertEquals(name("Dual loss, λ = 0.05"), "dual-loss-λ-0-05-c3bbf8d1e5f5");
  assertEquals(name("<script>alert(1)</script>"), "script-alert-1-script-c3bbf8d1e5f5");
  assertEquals(name("../../etc/passwd"), "etc-passwd-c3bbf8d1e5f5");
  assertEquals(name("…"), "run-c3bbf8d1e5f5");
  assert(name("x".repeat(500)).length < 100);
});

Deno.test("a record comes back as it was written, with numbers that JSON lacks", async () => {
  await inFolder(async (runs) => {
    const record = exampleRecord();
    const folder = runFolder(runs, { name: record.experiment.name, id });
    await writeRecord(folder, record);
    assertEquals(await readRecord(folder), record);
    assertEquals(await findRecord(runs, id), record);
    assertEquals(await findFolder(runs, id), folder);
    assertEquals(await findRecord(runs, "d".repeat(64)), null);
  });
});

Deno.test("a finished run is a record, its events, its scores, those of its probe and of validation", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord());
    assertEquals(await namesIn(folder), WHOLE);
    const { scores, probe, validation, ...others } = JSON.parse(await Deno.readTextFile(join(folder, "record.json")));
    assertEquals([scores.length, scores[0].file, probe.file], [1, "scores.parquet", "probe.parquet"]);
    assertEquals(validation.file, "validation.parquet");
    assertEquals("steps" in others, false);
    const file = join(folder, "scores.parquet");
    const types = { label: "string", test_set: "string or null", seed: "whole", split: "string" } as const;
    assertEquals(await readParquet(await Deno.readFile(file), { file, types }), {
      label: ["real", "fake"],
      test_set: [null, "sd14"],
      seed: [1, 1],
      split: ["test", "test"],
    });
    const other = join(folder, validation.file);
    const table = await readParquet(await Deno.readFile(other), { file: other, types });
    assertEquals(table.split, ["validation", "validation"]);
  });
});

Deno.test("a record that is written anew replaces the old one and leaves no other file of scores", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord({ status: "stopped" }));
    const scores = exampleRecord().probe!;
    await writeRecord(folder, exampleRecord({ scores, probe: noScores, validation: null }));
    const record = await readRecord(folder);
    assertEquals([record.status, record.scores, record.probe], ["done", scores, noScores]);
    // what the old record named stayed until the new one stood
    assertEquals(await namesIn(folder), ["events.jsonl", "probe-2.parquet", "record.json", "scores-2.parquet"]);
    await writeRecord(folder, exampleRecord({ scores, probe: null, validation: null }));
    assertEquals((await readRecord(folder)).probe, null);
    assertEquals(await namesIn(folder), ["events.jsonl", "record.json", "scores.parquet"]);
  });
});

Deno.test("scores that a process left without a record are written over", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeHeader(folder, exampleHeader());
    await Deno.writeTextFile(join(folder, "scores.parquet"), "half");
    await writeRecord(folder, exampleRecord());
    assertEquals(await readRecord(folder), exampleRecord());
    assertEquals(await namesIn(folder), WHOLE);
  });
});

Deno.test("while a run goes its record has no scores, and its steps are those of its events", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    for (const status of ["running", "stopped", "failed"] as const) {
      const error = status === "failed" ? "Cannot go on" : null;
      await writeHeader(folder, exampleHeader({ status, error }));
      const rest = { scores: noScores, steps: [], probe: null, validation: null };
      const record = exampleRecord({ status, error, metrics: {}, ...rest });
      assertEquals(await readRecord(folder), record);
      assertEquals(await readHeader(folder), exampleHeader({ status, error }));
      assertEquals(await namesIn(folder), ["record.json"]);
    }
    const row = { step: 1, epoch: 1, loss: { total: 0.5 } };
    await using log = await openEventLog(folder, { at: 0 });
    await log.append({ kind: "step", row, seconds: 1 });
    assertEquals((await readRecord(folder)).steps, [row]);
    await writeRecord(folder, exampleRecord()); // what was said is not said otherwise
    assertEquals((await readRecord(folder)).steps, [row]);
  });
});

Deno.test("a finished record whose events end before its history is refused", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord({ history: [{ epoch: 1, step: 2 }] as unknown as RunRecord["history"] }));
    await assertRejects(() => readRecord(folder), RangeError, "its last step is 1, the record has 2");
    await Deno.remove(join(folder, "events.jsonl"));
    const error = await assertRejects(() => readRecord(folder), RangeError, "it has no steps, the record has 2");
    assert(error.message.startsWith(`Cannot read "${join(folder, "events.jsonl")}"`), error.message);
  });
});

Deno.test("scores that are added stand behind those there are, in files of their own", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    const record = exampleRecord();
    await writeRecord(folder, record);
    const more = { ...record.probe!, corruption: ["jpeg-50"] };
    await appendScores(folder, more, { "sd14/jpeg-50": { accuracy: 0.5 } });
    await appendScores(folder, { ...more, corruption: ["blur-2"] }, { sd14: { accuracy: 1 } });
    const read = await readRecord(folder);
    assertEquals(read.scores.id, ["a", "b", "b", "b"]);
    assertEquals(read.scores.corruption, [null, null, "jpeg-50", "blur-2"]);
    assertEquals(read.scores.score, [0.1, 1 / 3, 0.25, 0.25]);
    assertEquals(read.metrics, { sd14: { accuracy: 1 }, "sd14/jpeg-50": { accuracy: 0.5 } });
    assertEquals({ ...read, scores: record.scores, metrics: record.metrics }, record);
    assertEquals(await namesIn(folder), [...WHOLE, "scores-2.parquet", "scores-3.parquet"].sort());
  });
});

Deno.test("scores are added to a finished run alone", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeHeader(folder, exampleHeader());
    const add = () => appendScores(folder, exampleRecord().scores, {});
    await assertRejects(add, RangeError, "it is running, expected one that is done");
    assertEquals(await namesIn(folder), ["record.json"]);
  });
});

Deno.test("a run that is cleared leaves its lock, and what is not its own", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord());
    await appendScores(folder, exampleRecord().scores, {});
    await Deno.mkdir(join(folder, "checkpoints"));
    for (const file of ["checkpoints/step-3.json", "last.safetensors", "scores-0123456789ab.json", "notes.md"]) {
      await Deno.writeTextFile(join(folder, file), "");
    }
    using _ = await lockRun(folder);
    await clearRun(folder);
    assertEquals(await namesIn(folder), ["lock.json", "notes.md"]);
    await clearRun(folder);
  });
});

Deno.test("a reader never finds half a record while one is being written", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    const name = "x".repeat(200_000);
    const record = exampleRecord({ experiment: { ...exampleRecord().experiment, name } });
    await writeRecord(folder, record);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 10; i++) await writeRecord(folder, { ...record, seconds: i });
      writing = false;
    })();
    let reads = 0;
    while (writing) {
      assertEquals(JSON.parse(await Deno.readTextFile(join(folder, "record.json"))).experiment.name.length, 200_000);
      reads++;
    }
    await writer;
    assert(reads > 1, "the reader had no turn");
  });
});

Deno.test("a write that fails leaves the old record and no temporary file", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await Deno.mkdir(join(folder, "record.json"), { recursive: true }); // a folder where the file belongs
    await assertRejects(() => writeRecord(folder, exampleRecord()), Error);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
    assertEquals(names.filter((name) => name.endsWith(".tmp")), []);
  });
});

Deno.test("a broken record is refused with the name of its file", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord());
    const file = join(folder, "record.json");
    const text = await Deno.readTextFile(file);
    const broken = async (content: string, kind: typeof Error, part: string) => {
      await Deno.writeTextFile(file, content);
      const error = await assertRejects(() => readRecord(folder), kind, part);
      assert(error.message.includes(`Cannot read "${file}"`), error.message);
    };
    await broken(text.slice(0, text.length / 2), SyntaxError, "it is not JSON");
    await broken("[]", TypeError, '"format" is missing or wrong');
    await broken(text.replace('"format": 3', '"format": 4'), RangeError, "format 4, expected 3 or older. A newer");
    await broken(text.replace('"format": 3', '"format": 0'), RangeError, "format 0, expected 3 or older. Restore");
    await broken(text.replace('"probe"', '"prob"'), TypeError, '"probe" is missing or wrong');
    await broken(text.replace('"done"', '"finished"'), TypeError, '"status" is missing or wrong');
    await broken(text.replace('"history"', '"histroy"'), TypeError, '"history" is missing or wrong');
    await Deno.remove(file);
    await assertRejects(() => readRecord(folder), Deno.errors.NotFound, "there is no such file");
  });
});

for (const kind of ["scores", "probe", "validation"]) {
  Deno.test(`a file of ${kind} that is not that of the record is refused`, async () => {
    await inFolder(async (runs) => {
      const folder = join(runs, "a-c3bbf8d1e5f5");
      await writeRecord(folder, exampleRecord());
      const file = join(folder, `${kind}.parquet`);
      const whole = await Deno.readFile(file);
      const header = JSON.parse(await Deno.readTextFile(join(folder, "record.json")));
      const { sha256 } = kind === "scores" ? header.scores[0] : header[kind];
      for (let at = 0; at < whole.length; at += 7) {
        await Deno.writeFile(file, whole.with(at, whole[at] ^ 1));
        const error = await assertRejects(() => readRecord(folder), RangeError, `the record expects ${sha256}`);
        assert(error.message.startsWith(`Cannot read "${file}": its SHA-256 is `), error.message);
        assert(!error.message.includes(`is ${sha256}`), error.message);
      }
      await Deno.remove(file);
      await assertRejects(() => readRecord(folder), Deno.errors.NotFound, `${kind}.parquet`);
    });
  });
}

Deno.test("a record of format 1 is read as one without probe and distances", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "older-c3bbf8d1e5f5");
    await copyOf("format_1", folder);
    const record = await readRecord(folder);
    assertEquals([record.format, record.probe, record.scores.score], [3, null, [0.1, 1 / 3]]);
    assertEquals(record.history.map(({ epoch, distances }) => [epoch, distances]), [[1, null], [2, null]]);
    assertEquals(record.steps, [{ step: 1, epoch: 1, loss: { total: 0.7 } }]);
    assertEquals((await findRecord(runs, record.id))?.history, record.history);
  });
});

Deno.test("a record of format 2 is read whole, and is the same when it is written in format 3", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "older-fc499cb4dbd3");
    await copyOf("format_2", folder);
    const record = await readRecord(folder);
    const { scores, steps, history, best, fingerprint, data, skipped } = record;
    assertEquals([scores.id.length, scores.label.filter((label) => label === 1).length, steps.length], [48, 24, 6]);
    assertEquals([...new Set(scores.generator), ...new Set(scores.corruption)], [null, null]);
    assertEquals(record.probe?.id, scores.id);
    for (const { between, megabytes } of history) assertEquals([between, megabytes], [[], null]);
    assertEquals([best?.step, best?.sha256], [6, null]);
    assertEquals([fingerprint, data, skipped], [record.id, null, []]);
    assertEquals(await readHeader(folder), withoutColumns(record));
    assertEquals(record.validation, null);
    await writeRecord(folder, record);
    assertEquals(await readRecord(folder), record);
    assertEquals(await namesIn(folder), ["events.jsonl", "probe.parquet", "record.json", "scores.parquet"]);
  });
});

Deno.test("scores added to a record of format 2 make it one of format 3", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "older-fc499cb4dbd3");
    await copyOf("format_2", folder);
    const record = await readRecord(folder);
    await appendScores(folder, exampleRecord().scores, {});
    const read = await readRecord(folder);
    assertEquals(read.scores.id, [...record.scores.id, "a", "b"]);
    assertEquals({ ...read, scores: record.scores }, record);
    const files = ["events.jsonl", "probe.parquet", "record.json", "scores-2.parquet", "scores.parquet"];
    assertEquals(await namesIn(folder), files);
  });
});

Deno.test("a folder that cannot be written is refused before anything is trained", async () => {
  await inFolder(async (folder) => {
    await checkWritable(join(folder, "new", "runs"));
    assertEquals((await Array.fromAsync(Deno.readDir(join(folder, "new", "runs")))).length, 0);
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "kept");
    const error = await assertRejects(() => checkWritable(file), Error, "it is a file");
    assert(error.message.includes(`Cannot write runs to "${file}"`) && error.message.includes("--runs"));
    await assertRejects(() => checkWritable(join(file, "runs")), Error, "Cannot write runs to");
    assertEquals(await Deno.readTextFile(file), "kept");
  });
});
