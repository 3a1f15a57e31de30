import { makeArtifacts } from "../../lib/data/make.ts";
import { madeColumns, type MadeRow } from "../../lib/data/make_index.ts";
import type { Making, MakingEvent, MakingReport } from "../../lib/data/making.ts";
import { artifactsOutlet } from "../../lib/data/outlets.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { readGroups } from "../../lib/tables/parquet.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { type Child, start } from "../faults/children.ts";
import { openSandbox } from "../faults/sandbox.ts";
import { negative, newAsked, sampleOf, spec, toyMaker, writePictures } from "./toy_maker.ts";

const root = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(root, { recursive: true }));
const pictures = `${root}/pictures`;
const COUNT = 24;
const samples = await writePictures(pictures, COUNT);

let places = 0;
/** Artifacts of their own for each test. */
function outlet() {
  return artifactsOutlet(spec, `${root}/artifacts ${places++}`);
}

async function make(
  of: readonly Sample[],
  making: Making,
): Promise<{ report: MakingReport; events: MakingEvent[] }> {
  const events: MakingEvent[] = [];
  const work = makeArtifacts(of, making);
  for (;;) {
    const { done, value } = await work.next();
    if (done) return { report: value, events };
    events.push(value);
  }
}

async function rowsOf(folder: string, shard = "1-of-1"): Promise<MadeRow[]> {
  const rows: MadeRow[] = [];
  for await (const table of readGroups(`${folder}/index-${shard}.parquet`, madeColumns)) {
    const names = Object.keys(madeColumns) as (keyof MadeRow)[];
    for (let i = 0; i < table.id.length; i++) {
      rows.push(Object.fromEntries(names.map((name) => [name, table[name][i]])) as unknown as MadeRow);
    }
  }
  return rows;
}

/** Every file below a folder, with "/" between its parts, sorted. */
async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) found.push(...await filesBelow(folder, `${prefix}${name}/`));
    else found.push(`${prefix}${name}`);
  }
  return found.sort();
}

async function assertMade(folder: string, of: readonly Sample[]): Promise<void> {
  for (const { id, file } of of) {
    assertEquals(await decodeImage(`${folder}/${id}.png`), negative(await decodeImage(file)), id);
  }
}

Deno.test("makeArtifacts() makes each image once, some of one size at a time, and says what of", async () => {
  const to = outlet();
  const asked = newAsked();
  const { report, events } = await make(samples, { outlet: to, open: toyMaker(asked, { batch: 3 }) });
  assertEquals([report.total, report.found, report.made, report.unreadable], [COUNT, 0, COUNT, []]);
  assertEquals(asked.batches.flat().sort(), samples.map(({ id }) => id).sort());
  assert(asked.batches.every(({ length }) => length <= 3) && asked.batches.length === 8, `${asked.batches.length}`);
  assertEquals([asked.opened, asked.closed], [1, 1]);
  assertEquals(events[1], { kind: "notice", text: "Toys take no memory" });
  assertEquals(events.at(-1), { kind: "progress", done: COUNT, total: COUNT, found: 0 });
  await assertMade(to.folder, samples);

  const rows = await rowsOf(to.folder);
  assertEquals(rows.map(({ id }) => id).sort(), samples.map(({ id }) => id).sort());
  const row = rows.find(({ id }) => id === "set 0/003.png")!;
  assertEquals([row.source, row.file], [`${pictures}/set 0/003.png`, "set 0/003.png.png"]);
  assertEquals([row.width, row.height, row.pixels?.length, row.problem], [9, 5, 64, null]);
  assert(row.seconds >= 0);
  const others = (await filesBelow(to.folder)).filter((file) => !file.startsWith("set "));
  assertEquals(others, ["index-1-of-1.parquet", "made.json"]);
  assertEquals(JSON.parse(await Deno.readTextFile(`${to.folder}/made.json`)).spec.steps, 3);

  const again = await make(samples, { outlet: to, open: toyMaker(asked) });
  assertEquals([again.report.found, again.report.made, asked.opened], [COUNT, 0, 1]);
  assertEquals(await rowsOf(to.folder), rows);
});

Deno.test("makeArtifacts() tells of what it cannot read, passes it over, and tries it again", async () => {
  const to = outlet();
  const folder = `${root}/bad`;
  const [good, broken] = await writePictures(folder, 2);
  await Deno.writeTextFile(broken.file, "no picture");
  const gone = sampleOf("gone.png", folder);
  const { report, events } = await make([broken, good, gone], { outlet: to, open: toyMaker() });
  assertEquals([report.made, report.unreadable.map(({ id }) => id)], [1, [broken.id, gone.id]]);
  const told = events.flatMap((event) => event.kind === "notice" ? [event.text] : []);
  const news = "1 of 3 images passed over so far, nothing is made of them: Cannot decode";
  assert(told.some((text) => text.startsWith(news)), told.join());
  const problems = (await rowsOf(to.folder)).map(({ id, file, problem }) => [id, file, problem?.slice(0, 13) ?? null]);
  assertEquals(
    problems.sort(),
    [
      [gone.id, null, "Cannot read t"],
      [good.id, `${good.id}.png`, null],
      [broken.id, null, "Cannot decode"],
    ].sort(),
  );
  await Deno.copyFile(good.file, broken.file);
  const again = await make([broken, good, gone], { outlet: to, open: toyMaker() });
  assertEquals([again.report.found, again.report.made, again.report.unreadable.length], [1, 1, 1]);
  assertEquals((await rowsOf(to.folder)).length, 3);
});

Deno.test("makeArtifacts() passes over images that are too large, and does not begin where none fits", async () => {
  const to = outlet();
  const narrow = { widest: 8, batch: 3 };
  const { report, events } = await make(samples, { outlet: to, open: toyMaker(newAsked(), narrow) });
  const wide = samples.filter((_, i) => i % 4 === 3);
  assertEquals([report.made, report.unreadable.map(({ id }) => id).sort()], [18, wide.map(({ id }) => id).sort()]);
  const reason = `"${wide[0].file}" has 9 × 5 pixels. Toys take at most 8 pixels`;
  assert(report.unreadable.some((one) => one.reason === reason), JSON.stringify(report.unreadable));
  const told = events.flatMap((event) => event.kind === "notice" ? [event.text] : []);
  assert(told.some((text) => text.startsWith("1 of 24 images passed over so far, nothing is made of them: ")), told[0]);
  assertEquals((await rowsOf(to.folder)).filter(({ problem }) => problem !== null).length, 6);

  // of what is there already nothing is taken back; with room it goes on
  const again = await make(samples, { outlet: to, open: toyMaker(newAsked(), narrow) });
  assertEquals([again.report.found, again.report.made, again.report.unreadable.length], [18, 0, 6]);
  assertEquals((await make(samples, { outlet: to, open: toyMaker() })).report.made, 6);

  const asked = newAsked();
  const nowhere = outlet();
  const making = { outlet: nowhere, open: toyMaker(asked, { widest: 2 }) };
  const { message } = await assertRejects(() => make(samples, making), RangeError);
  assert(message.startsWith("Cannot make inpainting of any of 24 images: "), message);
  assertEquals([asked.batches, asked.closed, await filesBelow(nowhere.folder)], [[], 1, ["making-1-of-1.jsonl"]]);
});

Deno.test("makeArtifacts() stops at its signal after the images at hand, and goes on from there", async () => {
  const to = outlet();
  const asked = newAsked();
  const controller = new AbortController();
  const work = makeArtifacts(samples, { outlet: to, open: toyMaker(asked), signal: controller.signal });
  const stopped = async () => {
    for await (const event of work) if (event.kind === "progress" && event.done === 4) controller.abort();
  };
  await assertRejects(stopped, DOMException, "aborted");
  const made = asked.batches.flat().length;
  assert(made < 10, `${made}`);
  assertEquals((await rowsOf(to.folder)).length, made);
  const { report } = await make(samples, { outlet: to, open: toyMaker(asked) });
  assertEquals([report.found, report.made], [made, COUNT - made]);
  assertEquals(asked.batches.flat().length, COUNT);
});

Deno.test("makeArtifacts() refuses another pipeline of the same name, and files outside of its folder", async () => {
  const to = outlet();
  await make(samples.slice(0, 2), { outlet: to, open: toyMaker() });
  const other = () =>
    make(samples.slice(0, 4), { outlet: to, open: toyMaker(newAsked(), { identity: "b".repeat(64) }) });
  const error = await assertRejects(
    other,
    Error,
    `made with the pipeline "toy" aaaaaaaaaaaa, given "toy" bbbbbbbbbbbb`,
  );
  assert(error.message.includes("remove the folder"));
  const failing = outlet();
  const open = toyMaker();
  const fails = async () => ({ ...await open(), make: () => Promise.reject(new TypeError("no such channels")) });
  await assertRejects(() => make(samples.slice(0, 2), { outlet: failing, open: fails }), TypeError, "no such channels");
  const right = { outlet: failing, open: toyMaker(newAsked(), { identity: "b".repeat(64) }) };
  assertEquals((await make(samples.slice(0, 2), right)).report.made, 2); // what made nothing has signed nothing
  const outside = () => make([sampleOf("../a.png", pictures)], { outlet: to, open: toyMaker() });
  await assertRejects(outside, RangeError, 'its file would be "../a.png.png", expected one inside');
});

Deno.test("shards share the images out, side by side; the same one twice, or of two divisions, is refused", async () => {
  const to = outlet();
  const [first, second] = [{ index: 1, of: 2 }, { index: 2, of: 2 }];
  const asked = newAsked();
  const work = makeArtifacts(samples, { outlet: to, open: toyMaker(asked), shard: first });
  await work.next();
  const twice = () => make(samples, { outlet: to, open: toyMaker(), shard: first });
  await assertRejects(twice, Error, `Cannot make shard 1/2 in "${to.folder}": process ${Deno.pid}`);
  const all = () => make(samples, { outlet: to, open: toyMaker() });
  await assertRejects(all, Error, "is making shard 1/2, and both hold the same images");
  const { report } = await make(samples, { outlet: to, open: toyMaker(asked), shard: second });
  for await (const _ of work) { /* to its end */ }
  assertEquals(asked.batches.flat().sort(), samples.map(({ id }) => id).sort());
  assert(report.made > 0 && report.made < COUNT);
  await assertMade(to.folder, samples);
  const rows = [...await rowsOf(to.folder, "1-of-2"), ...await rowsOf(to.folder, "2-of-2")];
  assertEquals(rows.length, COUNT);
  // whoever asks for all of them later finds them, and says nothing of them anew
  await make(samples, { outlet: to, open: toyMaker() });
  assertEquals(await rowsOf(to.folder), []);
});

/** Makes artifacts in a process of its own. */
function making(artifacts: string, { shard = [1, 1], milliseconds = 5, under = [] as readonly string[] } = {}): Child {
  const program = new URL("./toy_maker.ts", import.meta.url).pathname;
  const given = [pictures, artifacts, ...[COUNT, ...shard, milliseconds].map(String)];
  return start([...under, Deno.execPath(), "run", "-A", program, ...given]);
}

/** Ids that a process had handed to its maker, as far as it told. */
function askedOf({ lines }: Child): string[] {
  return lines.length === 0 ? [] : JSON.parse(lines.at(-1)!)[1];
}

Deno.test("a making that is killed at any moment leaves whole files, and redoes only what it had in hand", async () => {
  const kills = Deno.env.get("COUNTERPROOF_FULL") === "1" ? 40 : 5;
  const seed = 9;
  const draw = random(seed, "kills");
  let artifacts = `${root}/killed 0`;
  let done = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    const to = artifactsOutlet(spec, artifacts);
    await using child = making(artifacts);
    await child.more(1 + draw.integer(6)); // the first line comes before anything is made
    await new Promise((resolve) => setTimeout(resolve, draw.integer(12)));
    child.kill("SIGKILL");
    await child.ended;
    const about = `seed ${seed}, kill ${kill}`;
    assertEquals(askedOf(child).filter((id) => done.has(id)), [], about); // nothing that was there is made again
    const files = (await filesBelow(to.folder)).filter((file) => file.startsWith("set "));
    assert(files.every((file) => /\.png\.png$/.test(file)), about + files.join());
    const there = samples.filter(({ id }) => files.includes(`${id}.png`));
    await assertMade(to.folder, there);
    assert([...done].every((id) => there.some((sample) => sample.id === id)), about); // and nothing is lost
    // two batches are in hand: one is written while the next is made
    const lost = askedOf(child).filter((id) => !there.some((sample) => sample.id === id));
    assert(lost.length <= 4, `${about}: ${lost.length} were made for nothing`);
    done = new Set(there.map(({ id }) => id));
    if (done.size < COUNT && kill < kills - 1) continue;
    const { report } = await make(samples, { outlet: to, open: toyMaker() });
    assertEquals([report.found, report.made], [done.size, COUNT - done.size], about);
    const rows = await rowsOf(to.folder);
    assertEquals(rows.map(({ id }) => id).sort(), samples.map(({ id }) => id).sort(), about);
    const others = (await filesBelow(to.folder)).filter((file) => !file.startsWith("set "));
    assertEquals(others, ["index-1-of-1.parquet", "made.json"], about);
    artifacts = `${root}/killed ${kill + 1}`;
    done = new Set();
  }
});

Deno.test("two shards go side by side in two processes, and a second process on one of them is refused", async () => {
  const artifacts = `${root}/two`;
  await using first = making(artifacts, { shard: [1, 2], milliseconds: 30 });
  await first.more(1);
  await using second = making(artifacts, { shard: [2, 2], milliseconds: 1 });
  await using third = making(artifacts, { shard: [1, 2] });
  assertEquals((await second.ended).code, 0);
  const { code, err } = await third.ended;
  const ended = await first.ended;
  if (third.lines.length === 0) assert(code === 1 && err.includes(`process ${first.pid} on`), err);
  assertEquals(ended.code, 0, ended.err);
  await assertMade(artifactsOutlet(spec, artifacts).folder, samples);
});

Deno.test("who waits for another process is told which and how far it is, and uses what that one made", async () => {
  const artifacts = `${root}/waiting`;
  const outlet = artifactsOutlet(spec, artifacts);
  await using child = making(artifacts, { milliseconds: 200 });
  await child.more(1);
  const stopper = new AbortController();
  const ending = async () => {
    const waiting = makeArtifacts(samples, { outlet, open: toyMaker(), wait: true, signal: stopper.signal });
    for await (const { kind } of waiting) if (kind === "progress") stopper.abort();
  };
  const { name } = await assertRejects(ending, DOMException);
  assertEquals(name, "AbortError");

  const asked = newAsked();
  const { report, events } = await make(samples, { outlet, open: toyMaker(asked), wait: true });
  assertEquals((await child.ended).code, 0);
  assertEquals([report.found, report.made, asked.batches, asked.opened, asked.closed], [COUNT, 0, [], 1, 1]);
  const [notice, progress] = events;
  assert(notice.kind === "notice" && notice.text.startsWith(`process ${child.pid} on `), JSON.stringify(notice));
  assert(notice.text.endsWith(`is making them in "${outlet.folder}"; waiting for it to end`), notice.text);
  assert(progress.kind === "progress" && progress.total === COUNT && progress.done < COUNT);
  await assertMade(outlet.folder, samples);
});

Deno.test("a full disk ends a making with what to do, and with room again it goes on", async () => {
  const sandbox = await openSandbox();
  if (typeof sandbox === "string") return; // the system does not allow one; tests/faults counts such
  await using _ = sandbox;
  const disk = `${root}/disk`;
  await Deno.mkdir(disk);
  await sandbox.shell(`mount -t tmpfs -o size=64k tmpfs '${disk}'`);
  {
    await using child = making(disk, { under: sandbox.under });
    const { code, err } = await child.ended;
    assertEquals(code, 1);
    assert(/Cannot write to ".*": No space left on device.*Make room/.test(err), err);
  }
  const { folder } = artifactsOutlet(spec, sandbox.outside(disk));
  const made = (await filesBelow(folder)).filter((file) => file.startsWith("set "));
  assert(made.length > 0 && made.length < COUNT, `${made.length}`);
  await assertMade(folder, samples.filter(({ id }) => made.includes(`${id}.png`)));
  await sandbox.shell(`mount -o remount,size=4m '${disk}'`);
  await using child = making(disk, { under: sandbox.under });
  assertEquals((await child.ended).code, 0);
  assertEquals(askedOf(child).length, COUNT - made.length);
  await assertMade(folder, samples);
});
