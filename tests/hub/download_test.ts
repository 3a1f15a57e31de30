import { createHash } from "node:crypto";
import { join } from "node:path";
import { cachedFile } from "../../lib/hub/cache.ts";
import { downloadFile } from "../../lib/hub/download.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { sha256, withHub } from "./server.ts";

const file = { repo: "test/tiny", path: "model.safetensors" };
const content = Uint8Array.from({ length: 100_000 }, ((draw) => () => draw.integer(256))(random(1, "content")));

/** Files below a folder, with the length of each; links are followed. */
async function filesIn(folder: string, below = ""): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) Object.assign(found, await filesIn(folder, path));
    else found[path] = (await Deno.stat(join(folder, path))).size;
  }
  return found;
}

/** A test whose connections outlive it: the client keeps them for the next request. */
function testHub(name: string, test: Parameters<typeof withHub>[0]): void {
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn: () => withHub(test) });
}

testHub("downloadFile() fills the cache as Python's client does, and asks for nothing twice", async (hub, cache) => {
  hub.files.set(file.path, content);
  const told: [number, number][] = [];
  const options = { endpoint: `${hub.address}/`, cache };
  const first = await downloadFile(file, { ...options, tell: (done, total) => told.push([done, total]) });
  assertEquals(await Deno.readFile(first.file), content);
  assertEquals([first.fresh, first.bytes], [true, 100_000]);
  assertEquals([told[0], told.at(-1)], [[0, 100_000], [100_000, 100_000]]);
  const folder = "models--test--tiny";
  assertEquals(await filesIn(cache), {
    [`${folder}/blobs/${sha256(content)}`]: 100_000,
    [`${folder}/snapshots/${hub.commit}/${file.path}`]: 100_000,
    [`${folder}/refs/main`]: 40,
  });
  assertEquals(await cachedFile(file, cache), first.file);
  assertEquals((await downloadFile(file, options)).fresh, false);
  assertEquals(hub.asked.length, 1);
});

testHub("a broken download is kept, taken for nothing whole, and goes on where it stopped", async (hub, cache) => {
  hub.files.set(file.path, content);
  hub.breakAfter = 40_000;
  const options = { endpoint: hub.address, cache };
  await assertRejects(() => downloadFile(file, options), Error, "run the same command again to go on from there");
  assertEquals(await cachedFile(file, cache), null);
  const [[left, size]] = Object.entries(await filesIn(cache));
  assert(left.endsWith(`${sha256(content)}.incomplete`) && size > 0 && size <= 40_000, `${left} has ${size} bytes`);
  hub.breakAfter = null;
  const { file: whole } = await downloadFile(file, options);
  assertEquals(await Deno.readFile(whole), content);
  assertEquals(hub.asked, ["bytes=0-", `bytes=${size}-`]);
  assertEquals(Object.keys(await filesIn(cache)).length, 3);
});

testHub("a server that sends everything again is taken at its word", async (hub, cache) => {
  hub.files.set(file.path, content);
  hub.breakAfter = 40_000;
  const options = { endpoint: hub.address, cache };
  await assertRejects(() => downloadFile(file, options), Error);
  Object.assign(hub, { breakAfter: null, ranges: false });
  assertEquals(await Deno.readFile((await downloadFile(file, options)).file), content);
});

testHub("a file of another hash is deleted and not taken", async (hub, cache) => {
  hub.files.set(file.path, content);
  hub.hash = "0".repeat(64);
  const { message } = await assertRejects(
    () => downloadFile(file, { endpoint: hub.address, cache }),
    Error,
    `its hash is ${sha256(content)}, expected ${hub.hash}`,
  );
  assert(message.includes("run the same command again"), message);
  assertEquals(await filesIn(cache), {});
});

testHub("small files are known by Git's hash", async (hub, cache) => {
  const text = new TextEncoder().encode("# Card\n");
  hub.files.set("README.md", text);
  hub.hash = createHash("sha1").update("blob 7\0").update(text).digest("hex");
  const { file: readme } = await downloadFile({ ...file, path: "README.md" }, { endpoint: hub.address, cache });
  assertEquals(await Deno.readTextFile(readme), "# Card\n");
});

testHub("a newer commit is fetched where files changed, and only there", async (hub, cache) => {
  hub.files.set(file.path, content);
  const options = { endpoint: hub.address, cache };
  const { file: old } = await downloadFile(file, options);
  hub.commit = "d".repeat(40);
  const same = await downloadFile(file, options);
  assertEquals([same.fresh, hub.asked.length], [false, 1]);
  hub.files.set(file.path, content.slice(1));
  hub.commit = "e".repeat(40);
  const { file: changed, fresh } = await downloadFile(file, options);
  assertEquals([fresh, (await Deno.readFile(changed)).length], [true, 99_999]);
  assertEquals((await Deno.readFile(old)).length, 100_000);
});

testHub("what the hub has not is told apart from a hub that does not answer", async (hub, cache) => {
  const options = { endpoint: hub.address, cache };
  await assertRejects(() => downloadFile(file, options), Deno.errors.NotFound, "the repository has no such file");
  const other = { ...file, repo: "test/other" };
  await assertRejects(() => downloadFile(other, options), Deno.errors.NotFound, "no such repository or file");
  const nobody = { endpoint: "http://127.0.0.1:1", cache };
  await assertRejects(() => downloadFile(file, nobody), Error, "Check the network or its proxy, or name a mirror");
  hub.status = 503;
  await assertRejects(() => downloadFile(file, options), Error, "answers with 503; try again later");
  hub.status = 200;
  await assertRejects(() => downloadFile(file, options), Error, "answers with what is not expected of it");
  hub.status = null;
  hub.files.set(file.path, content);
  hub.hash = "no hash";
  await assertRejects(() => downloadFile(file, options), Error, 'names it by "no hash", expected a SHA-256');
  hub.hash = null;
  const { file: there } = await downloadFile(file, options);
  assertEquals(await downloadFile(file, nobody), { file: there, bytes: 100_000, fresh: false });
});

testHub("an interrupted download leaves nothing that is taken for whole", async (hub, cache) => {
  hub.files.set(file.path, content);
  const stop = new AbortController();
  const options = { endpoint: hub.address, cache, signal: stop.signal, tell: () => stop.abort() };
  await assertRejects(() => downloadFile(file, options), DOMException);
  assertEquals(await cachedFile(file, cache), null);
  assertEquals(await Deno.readFile((await downloadFile(file, { endpoint: hub.address, cache })).file), content);
});
