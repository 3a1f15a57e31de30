import { indexData, type Indexing, type IndexReport } from "../../lib/data/index_make.ts";
import { indexColumns, type IndexRow } from "../../lib/data/index_rows.ts";
import { genImage, type Layout, pocket } from "../../lib/layouts/mod.ts";
import { readGroups } from "../../lib/tables/parquet.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { genImageTree, treeFolders } from "./genimage_tree.ts";

const spec = genImage({ generators: ["sd14", "biggan"] });

async function indexed(layout: Layout, indexing: Indexing): Promise<IndexReport> {
  const work = indexData(layout, indexing);
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
  }
}

async function rowsOf(file: string): Promise<IndexRow[]> {
  const rows: IndexRow[] = [];
  for await (const table of readGroups(file, indexColumns)) {
    for (const i of table.id.keys()) {
      rows.push(Object.fromEntries(Object.entries(table).map(([name, values]) => [name, values[i]])) as never);
    }
  }
  return rows;
}

async function inTree(test: (data: string, indexing: Indexing) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    await genImageTree(data);
    await test(data, { data, file: `${data}/index-genImage.parquet`, hash: false, group: 5 });
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("indexData() writes a row for each sample of each split, with what its header says", async () => {
  await inTree(async (data, indexing) => {
    const report = await indexed(spec, indexing);
    assertEquals([report.rows, report.missing, report.problems], [24, [], []]);
    assertEquals(report.groups.map(({ split, label, generator, there }) => [split, label, generator, there]), [
      ["train", "real", "sd14", 3],
      ["train", "fake", "sd14", 3],
      ["train", "real", "biggan", 3],
      ["train", "fake", "biggan", 3],
      ["test", "real", "sd14", 3],
      ["test", "fake", "sd14", 3],
      ["test", "real", "biggan", 3],
      ["test", "fake", "biggan", 3],
    ]);
    const rows = await rowsOf(indexing.file);
    assertEquals(rows.length, 24);
    const { modified, size, ...first } = rows[0];
    const folder = `${treeFolders.sd14}/train/nature`;
    assertEquals(first, {
      ...{ id: `${folder}/train_0000.JPEG`, split: "train", label: "real", generator: null, set: "sd14" },
      ...{
        source: "ImageNet/train_0000",
        problem: null,
        format: "jpeg",
        width: 9,
        height: 6,
        bitDepth: 8,
        channels: 3,
      },
      ...{ quality: 90, progressive: false, subsampling: "4:2:0", animated: false, orientation: 1, sha256: null },
      ...{ mapSize: null, mapModified: null, mapSha256: null },
    });
    const info = await Deno.stat(`${data}/${folder}/train_0000.JPEG`);
    assertEquals([size, modified], [info.size, info.mtime!.getTime()]);
    assertEquals(await Array.fromAsync(Deno.readDir(data), ({ name }) => name).then((names) => names.sort()), [
      "GenImage",
      "index-genImage.parquet",
    ]);
  });
});

Deno.test("indexData() tells what is unreadable, and what stands in two splits by source or content", async () => {
  await inTree(async (data, indexing) => {
    const [train, val] = [`${data}/${treeFolders.sd14}/train`, `${data}/${treeFolders.sd14}/val`];
    await Deno.writeTextFile(`${train}/ai/fake_0000.png`, "<html>not found</html>");
    await Deno.writeTextFile(`${train}/ai/fake_0001.png`, "");
    await Deno.copyFile(`${train}/ai/fake_0002.png`, `${val}/ai/renamed.png`); // other name, same content
    await Deno.copyFile(`${train}/nature/train_0000.JPEG`, `${val}/nature/train_0000.JPEG`); // same name
    const quick = await indexed(spec, indexing);
    assertEquals(quick.problems, [
      { id: `${treeFolders.sd14}/train/ai/fake_0000.png`, problem: "a web page" },
      { id: `${treeFolders.sd14}/train/ai/fake_0001.png`, problem: "empty" },
    ]);
    const elsewhere = ({ groups }: IndexReport) =>
      groups.filter((group) => group.elsewhere > 0).map((group) =>
        `${group.split} ${group.label} ${group.generator} ${group.elsewhere}`
      );
    // the photograph of that name stands beside the other generator as well
    const byName = ["train real sd14 1", "train real biggan 1", "test real sd14 1"];
    assertEquals(elsewhere(quick), byName);
    assertEquals(quick.groups[1], {
      ...{ split: "train", label: "fake", generator: "sd14", there: 1, missing: 0, unreadable: 2, elsewhere: 0 },
      ...{ formats: { png: 1 }, bytes: quick.groups[1].bytes },
    });
    const whole = await indexed(spec, { ...indexing, hash: true });
    assertEquals(elsewhere(whole), ["train real sd14 1", "train fake sd14 1", ...byName.slice(1), "test fake sd14 1"]);
    assert(quick.identity !== whole.identity);
  });
});

Deno.test("indexData() indexes the generators that are there, and says which are not", async () => {
  await inTree(async (_, indexing) => {
    const { rows, missing } = await indexed(genImage({ generators: ["sd14", "adm", "biggan"] }), indexing);
    assertEquals(rows, 24);
    assertEquals(missing.map(({ split, generator }) => [split, generator]), [["train", "adm"], ["test", "adm"]]);
    assert(missing[0].reason.includes("ADM/imagenet_ai_0508_adm/train/ai"), missing[0].reason);
    const none = () => indexed(genImage({ generators: ["adm", "glide"] }), indexing);
    await assertRejects(none, Deno.errors.NotFound, "found no images in 4 of 4 folders");
  });
});

Deno.test("an index that is made again reads only what has another size or time", async () => {
  await inTree(async (data, indexing) => {
    const hashing = { ...indexing, hash: true };
    const before = await indexed(spec, hashing);
    const rows = await rowsOf(indexing.file);
    const [same, other] = ["fake_0000.png", "fake_0001.png"].map((name) =>
      `${data}/${treeFolders.biggan}/val/ai/${name}`
    );
    const { size, mtime, atime } = await Deno.stat(same);
    await Deno.writeFile(same, new Uint8Array(size));
    await Deno.utime(same, atime!, mtime!);
    await Deno.writeFile(other, new Uint8Array([...await Deno.readFile(other), 0]));
    await Deno.remove(`${data}/${treeFolders.sd14}/train/nature/train_0000.JPEG`);
    const after = await indexed(spec, hashing);
    assertEquals(after.rows, 23);
    assert(after.identity !== before.identity);
    const changed = (await rowsOf(indexing.file)).filter((row) =>
      !rows.some((old) => Deno.inspect(old) === Deno.inspect(row))
    );
    assertEquals(changed.map(({ id }) => id), [`${treeFolders.biggan}/val/ai/fake_0001.png`]);
  });
});

Deno.test("an index whose process is killed goes on from the groups that are on the disk", async () => {
  await inTree(async (data, indexing) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("./index_child.ts", import.meta.url).pathname, data, indexing.file],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      let told = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        told += text;
        if (told.includes("15\n")) break;
      }
      const second = await assertRejects(() => indexed(spec, indexing), Error, `: process ${child.pid} on "`);
      assert(second.message.startsWith(`Cannot make the index "${indexing.file}"`), second.message);
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    const parts = (await Array.fromAsync(Deno.readDir(`${indexing.file}.parts`))).map(({ name }) => name).sort();
    assert(parts.includes("00000.parquet") && parts.includes("00001.parquet"), parts.join());
    // what its parts know is not read again: this file's content is another, under the same size and time
    const file = `${data}/${treeFolders.sd14}/train/nature/train_0000.JPEG`;
    const { size, mtime, atime } = await Deno.stat(file);
    await Deno.writeFile(file, new Uint8Array(size));
    await Deno.utime(file, atime!, mtime!);
    const { rows, problems } = await indexed(spec, { ...indexing, hash: true });
    assertEquals([rows, problems], [24, []]);
    assertEquals((await rowsOf(indexing.file)).filter(({ sha256 }) => sha256 === null), []);
  });
});

Deno.test("one index is made once at a time, and leaves no lock behind when it is left", async () => {
  await inTree(async (data, indexing) => {
    const work = indexData(spec, indexing);
    await work.next();
    await assertRejects(() => indexed(spec, indexing), Error, `process ${Deno.pid} on`);
    assertEquals((await indexed(spec, { ...indexing, file: `${data}/index-genImage-other.parquet` })).rows, 24);
    await work.return(undefined as never);
    assertEquals((await indexed(spec, indexing)).rows, 24);
    const left = await Array.fromAsync(Deno.readDir(data), ({ name }) => name);
    assertEquals(left.sort(), ["GenImage", "index-genImage-other.parquet", "index-genImage.parquet"]);
  });
});

Deno.test("indexData() stops at its signal, and is stopped by a data set that is nowhere", async () => {
  await inTree(async (data, indexing) => {
    const controller = new AbortController();
    const work = indexData(spec, { ...indexing, signal: controller.signal });
    await work.next();
    controller.abort();
    await assertRejects(() => work.next(), DOMException, "aborted");
    assertEquals((await indexed(spec, indexing)).rows, 24);
    await assertRejects(() => indexed(spec, { ...indexing, data: `${data}/none` }), Deno.errors.NotFound);
  });
});

Deno.test("a patch of a sheet is told with its own size and a hash of its own", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/index-pocket.parquet`;
    const report = await indexed(pocket({ limit: { perClass: 4, seed: 1 } }), { data: null, file, hash: true });
    assertEquals([report.problems, report.groups.every(({ elsewhere }) => elsewhere === 0)], [[], true]);
    const rows = await rowsOf(file);
    assertEquals(new Set(rows.map(({ width, height }) => `${width} × ${height}`)).size, 1);
    assertEquals(new Set(rows.map(({ sha256 }) => sha256)).size, rows.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
