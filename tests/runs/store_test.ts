import { join } from "node:path";
import { checkWritable, findFolder, findRecord, readRecord, runFolder, writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "./example.ts";

const id = exampleRecord().id;

/** Folder of a run as the version before probes and distances wrote it. */
const format1 = new URL("./format_1", import.meta.url).pathname;

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

Deno.test("a record that is written anew replaces the old one and leaves no other file", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "a-c3bbf8d1e5f5");
    await writeRecord(folder, exampleRecord({ status: "stopped" }));
    const scores = { id: [], source: [], generator: [], set: [], corruption: [], label: [], score: [] };
    await writeRecord(folder, exampleRecord({ scores, probe: scores }));
    const record = await readRecord(folder);
    assertEquals([record.status, record.scores, record.probe], ["done", scores, scores]);
    const names = async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    const bare = async () => (await names()).map((name) => name.replace(/-[0-9a-f]{12}/, ""));
    assertEquals(await bare(), ["probe.json", "record.json", "scores.json"]);
    await writeRecord(folder, exampleRecord({ probe: null }));
    assertEquals((await readRecord(folder)).probe, null);
    assertEquals(await bare(), ["record.json", "scores.json"]);
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

for (const kind of ["scores", "probe"]) {
  Deno.test(`a file of ${kind} that is not that of the record is refused`, async () => {
    await inFolder(async (runs) => {
      const folder = join(runs, "a-c3bbf8d1e5f5");
      await writeRecord(folder, exampleRecord());
      const [entry] = (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) => name.startsWith(kind));
      const file = join(folder, entry.name);
      await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace("0.", "0.9"));
      const error = await assertRejects(() => readRecord(folder), RangeError, "the record expects");
      assert(error.message.includes(entry.name));
      await Deno.remove(file);
      await assertRejects(() => readRecord(folder), Deno.errors.NotFound, entry.name);
    });
  });
}

Deno.test("a record of format 1 is read as one without probe and distances", async () => {
  await inFolder(async (runs) => {
    const folder = join(runs, "older-c3bbf8d1e5f5");
    await Deno.mkdir(folder);
    for await (const { name } of Deno.readDir(format1)) await Deno.copyFile(join(format1, name), join(folder, name));
    const record = await readRecord(folder);
    assertEquals([record.format, record.probe, record.scores.score], [3, null, [0.1, 1 / 3]]);
    assertEquals(record.history.map(({ epoch, distances }) => [epoch, distances]), [[1, null], [2, null]]);
    assertEquals((await findRecord(runs, record.id))?.history, record.history);
    await writeRecord(folder, record);
    assertEquals(await readRecord(folder), record);
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
