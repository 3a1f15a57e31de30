import { join } from "node:path";
import { byAge, findRuns, listRuns, type StoredRun } from "../../lib/runs/index.ts";
import { random } from "../../lib/random.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { readHeader, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "./example.ts";
import { changeRun, writeManyRuns } from "./many.ts";

const list = async (runs: string): Promise<StoredRun[]> => await Array.fromAsync(listRuns(runs));
const names = (list: readonly StoredRun[]): string[] => list.map(({ name }) => name);

/** Folder of a made-up run: a name of one letter and an id of one digit. */
const place = (runs: string, digit: string): string => join(runs, `run-${digit.repeat(12)}`);

async function write(runs: string, digit: string, changes: Partial<RunRecord> = {}): Promise<void> {
  const name = `run ${digit}`;
  const experiment = { ...exampleRecord().experiment, name, seed: 1 };
  await writeRecord(place(runs, digit), exampleRecord({ id: digit.repeat(64), experiment, ...changes }));
}

/** The index as text, and by what it knows its file from another. */
async function index(runs: string): Promise<{ lines: string[]; ino: number | null }> {
  const file = join(runs, "index.jsonl");
  return { lines: (await Deno.readTextFile(file)).trimEnd().split("\n"), ino: (await Deno.stat(file)).ino };
}

/** What a list says without any index. */
async function anew(runs: string): Promise<StoredRun[]> {
  await Deno.remove(join(runs, "index.jsonl"), { recursive: true });
  return await list(runs);
}

Deno.test("the list of runs tells the state of each, finished or not", async () => {
  await inFolder(async (runs) => {
    assertEquals(await list(join(runs, "missing")), []);
    await write(runs, "a", { history: [] });
    await write(runs, "b", { status: "failed", error: "no memory" });
    await write(runs, "c", { status: "running" });
    await write(runs, "d", { status: "running" });
    await Deno.mkdir(place(runs, "e"));
    await Deno.mkdir(place(runs, "f"));
    await Deno.writeTextFile(join(place(runs, "f"), "record.json"), "{");
    await Deno.mkdir(join(runs, "notes"));
    await Deno.writeTextFile(join(runs, "demo.html"), "");
    using _ = await lockRun(place(runs, "d"));
    for (const _ of ["without an index", "with one"]) {
      const found = await list(runs);
      assertEquals(found.map(({ status }) => status), [
        ...["done", "failed", "interrupted", "running", "unfinished", "broken"],
      ]);
      assertEquals(found.map(({ shortId }) => shortId[0]), ["a", "b", "c", "d", "e", "f"]);
      assertEquals(found.map(({ writer }) => writer?.pid ?? null), [null, null, null, Deno.pid, null, null]);
      assertEquals(names(found), ["run a", "run b", "run c", "run d", "run", "run"]);
      assertEquals([found[1].error, found[4].error], ["no memory", null]);
      assert(found[5].problem?.includes("it is not JSON"));
      const { fingerprint, data, metrics, seconds } = await readHeader(place(runs, "a"));
      assertEquals([found[0].fingerprint, found[0].data], [fingerprint, data]);
      assertEquals([found[0].metrics, found[0].seconds], [metrics, seconds]); // −∞ among the metrics
    }
    assertEquals((await index(runs)).lines.length, 4);
  });
});

Deno.test("a run without a record that somebody writes is running", async () => {
  await inFolder(async (runs) => {
    using _ = await lockRun(place(runs, "a"));
    assertEquals((await list(runs)).map(({ status, id }) => [status, id]), [["running", null]]);
  });
});

Deno.test("the index is not written where nothing changed, and anew where something did", async () => {
  await inFolder(async (runs) => {
    for (const digit of "0123456789") await write(runs, digit);
    const first = await list(runs);
    const before = await index(runs);
    assertEquals(await list(runs), first);
    assertEquals(await index(runs), before);

    const check = async (what: string, expected: string): Promise<void> => {
      const found = await list(runs);
      assertEquals([what, found.map(({ shortId }) => shortId[0]).join("")], [what, expected]);
      assertEquals(found, await anew(runs));
      assertEquals((await index(runs)).lines.length, expected.length);
    };
    await Deno.remove(place(runs, "0"), { recursive: true });
    await check("the first is removed", "123456789");
    await Deno.remove(place(runs, "9"), { recursive: true });
    await check("the last is removed", "12345678");
    await write(runs, "0");
    await check("one is added before all others", "012345678");
    await write(runs, "f");
    await check("one is added behind them", "012345678f");
    await write(runs, "4", { status: "stopped" });
    assertEquals((await list(runs))[4].status, "stopped");
    await check("one is changed", "012345678f");
    await Deno.rename(place(runs, "5"), place(runs, "a"));
    await check("a folder has another name", "01234678af");
    await Deno.remove(join(place(runs, "6"), "record.json"));
    assertEquals((await list(runs))[5].status, "unfinished");
    assertEquals((await index(runs)).lines.length, 9);
  });
});

Deno.test("the index tells what the records do after whatever happened to either", async () => {
  await inFolder(async (runs) => {
    const draw = random(1, "index");
    const { experiment } = exampleRecord();
    const define = (from: number) => (i: number) => ({ ...experiment, name: `many ${from + i}`, seed: from + i });
    const folders = await writeManyRuns(runs, { count: 100, define: define(0), epochs: 1 });
    const file = join(runs, "index.jsonl");
    for (let round = 1; round <= 6; round++) {
      for (let i = 0; i < 4; i++) {
        const [gone] = folders.splice(draw.integer(folders.length), 1);
        await Deno.remove(gone, { recursive: true });
        await changeRun(folders[draw.integer(folders.length)], { seconds: 1000 * round + i });
      }
      folders.push(...await writeManyRuns(runs, { count: 3, define: define(1000 * round), epochs: 1 }));
      const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
      if (round % 2 === 0) bytes[draw.integer(bytes.length)] = draw.integer(256);
      await Deno.writeFile(file, round % 3 === 0 ? bytes.subarray(0, draw.integer(bytes.length)) : bytes);
      const found = await list(runs);
      assertEquals(found.length, 100 - round);
      assertEquals(found, await anew(runs));
    }
  });
});

Deno.test("a record of the same size and time is another when it lies elsewhere", async () => {
  await inFolder(async (runs) => {
    await write(runs, "a", { seconds: 11 });
    const { mtime } = await Deno.stat(join(place(runs, "a"), "record.json"));
    await list(runs);
    await write(runs, "a", { seconds: 12 });
    await Deno.utime(join(place(runs, "a"), "record.json"), mtime!, mtime!);
    assertEquals((await list(runs))[0].seconds, 12);
  });
});

Deno.test("a damaged or foreign index is made again without a word", async () => {
  await inFolder(async (runs) => {
    for (const digit of "abcd") await write(runs, digit);
    const good = await list(runs);
    const file = join(runs, "index.jsonl");
    const { lines } = await index(runs);
    const text = lines.join("\n") + "\n";
    const [a, b, c, d] = lines;
    for (
      const [what, content] of Object.entries({
        "empty": "",
        "cut in a line": text.slice(0, text.length - 40),
        "no text": new Uint8Array([0xff, 0xfe, 0, 10, 0xc3, 10]),
        "of other lines": '{"a":1}\n[]\nnull\n7\n\n',
        "of a newer form": text.replaceAll('"index":"1-', '"index":"2-'),
        "a line damaged": [a, b.slice(0, 50), c, d, ""].join("\n"),
        "a line without metrics": [a, b.replace('"metrics"', '"metric"'), c, d, ""].join("\n"),
        "in another order": [d, c, b, a, ""].join("\n"),
        "with a line twice": [a, a, b, c, d, ""].join("\n"),
        "a bit turned": text.replace('"seconds":12.5', '"seconds":13.5'),
      })
    ) {
      await (typeof content === "string" ? Deno.writeTextFile(file, content) : Deno.writeFile(file, content));
      assertEquals([what, await list(runs)], [what, good]);
      assertEquals([what, (await index(runs)).lines], [what, lines]);
    }
    await Deno.remove(file);
    await Deno.mkdir(file); // nothing can be read from it, nor renamed to it
    assertEquals(await list(runs), good);
    const left = (await Array.fromAsync(Deno.readDir(runs))).map(({ name }) => name).filter((name) => /tmp/.test(name));
    assertEquals(left, []);
  });
});

Deno.test("a broken record is looked into again, and a repaired one is seen", async () => {
  await inFolder(async (runs) => {
    await write(runs, "a");
    const file = join(place(runs, "a"), "record.json");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace('"format": 3', '"format": 9'));
    assert((await list(runs))[0].problem?.includes("format 9"));
    await Deno.writeTextFile(file, text);
    assertEquals((await list(runs))[0].status, "done");
  });
});

Deno.test("a runs folder that cannot be written is listed all the same", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    await write(runs, "a");
    await write(runs, "b", { status: "stopped" });
    using _ = await lockRun(place(runs, "b"));
    const module = new URL("../../lib/runs/index.ts", import.meta.url).href;
    const file = join(folder, "list.ts");
    await Deno.writeTextFile(
      file,
      `import { listRuns } from ${JSON.stringify(module)};
      for await (const { name, status } of listRuns(${JSON.stringify(runs)})) console.log(name, status);`,
    );
    // root may write everywhere: Deno's own permissions forbid it
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "--no-prompt", "--allow-read", "--no-lock", "--config", config, file];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assertEquals(new TextDecoder().decode(stdout), "run a done\nrun b running\n", new TextDecoder().decode(stderr));
    assertEquals((await Array.fromAsync(Deno.readDir(runs))).length, 2);
  });
});

Deno.test("several may list at once, and one that breaks off leaves nothing", async () => {
  await inFolder(async (runs) => {
    for (const digit of "0123456789abcdef") await write(runs, digit);
    const found = await Promise.all(Array.from({ length: 5 }, () => list(runs)));
    for (const one of found) assertEquals(one, found[0]);
    await write(runs, "0", { seconds: 5 });
    for await (const { name } of listRuns(runs)) if (name === "run 3") break;
    const left = (await Array.fromAsync(Deno.readDir(runs))).filter(({ isFile }) => isFile).map(({ name }) => name);
    assertEquals(left, ["index.jsonl"]);
    assertEquals((await list(runs))[0].seconds, 5);
    assertEquals((await index(runs)).lines.length, 16);
  });
});

Deno.test("what a killed process left of an index is removed when it is old", async () => {
  await inFolder(async (runs) => {
    await write(runs, "a");
    const [old, recent] = ["index.jsonl.1-1.tmp", "index.jsonl.2-1.tmp"].map((name) => join(runs, name));
    for (const file of [old, recent]) await Deno.writeTextFile(file, "half");
    await Deno.utime(old, 1, 1);
    await list(runs);
    const left = (await Array.fromAsync(Deno.readDir(runs))).filter(({ isFile }) => isFile).map(({ name }) => name);
    assertEquals(left.sort(), ["index.jsonl", "index.jsonl.2-1.tmp"]);
  });
});

Deno.test("findRuns() finds the runs of a definition, byAge() puts the oldest first", async () => {
  await inFolder(async (runs) => {
    const fingerprint = "ab".repeat(32);
    await write(runs, "a", { fingerprint, started: "2026-11-23T00:00:00.000Z" });
    await write(runs, "b", { fingerprint, started: "2026-11-22T00:00:00.000Z", status: "stopped" });
    await write(runs, "c", { started: "2026-11-24T00:00:00.000Z" });
    await Deno.mkdir(place(runs, "0"));
    assertEquals(names(await findRuns(runs, { fingerprint })), ["run b", "run a"]);
    assertEquals(await findRuns(runs, { fingerprint: "ff" }), []);
    assertEquals(names((await list(runs)).sort(byAge)), ["run b", "run a", "run c", "run"]);
  });
});

Deno.test("a runs folder that is a file is refused", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assertRejects(() => list(file), Error, "Cannot list runs in");
  });
});
