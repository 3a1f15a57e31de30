import { embeddings } from "../lib/embeddings.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { run } from "../lib/run.ts";
import { findFolder, writeRecord } from "../lib/runs/store.ts";
import { assertClose, assertEquals, assertRejects } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
await useBackend(testBackend);
const options = { runs: `${folder}/runs`, data: folder, backend: testBackend };
const record = await run(tinyDual(), options);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("embeddings() gives those of validation samples and of their reconstructions, which lie as the record says", async () => {
  const before = memory().numTensors;
  const rows = await embeddings(record, options);
  assertEquals(memory().numTensors, before);
  const ids = record.validation!.id;
  assertEquals(rows.map(({ id }) => id), ids.flatMap((id) => [id, id]));
  assertEquals(new Set(rows.map(({ group }) => group)), new Set(["real", "realRec", "fake", "fakeRec"]));
  assertEquals(new Set(rows.map(({ x }) => x.length)), new Set([8]));
  const unit = (x: Float32Array) => x.map((value) => value / Math.hypot(...x));
  const squared: number[] = [];
  for (let i = 0; i < rows.length; i += 2) {
    if (rows[i].group !== "real") continue;
    const [a, b] = [unit(rows[i].x), unit(rows[i + 1].x)];
    squared.push(a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0));
  }
  const mean = squared.reduce((sum, one) => sum + one, 0) / squared.length;
  assertClose(mean, record.history.at(-1)!.distances!.real!, 1e-4);
});

Deno.test("embeddings() draws as many of each class as it is told, always the same", async () => {
  const some = await embeddings(record, { ...options, most: 1 });
  assertEquals(some.map(({ group }) => group).sort(), ["fake", "fakeRec", "real", "realRec"]);
  assertEquals(await embeddings(record, { ...options, most: 1 }), some);
});

Deno.test("embeddings() refuses a run without a checkpoint, and one that is not there", async () => {
  await assertRejects(() => embeddings({ ...record, id: "0".repeat(64) }, options), Deno.errors.NotFound, "is not in");
  const place = (await findFolder(options.runs, record.id))!;
  await writeRecord(place, { ...record, status: "stopped", best: null });
  await assertRejects(() => embeddings(place, options), Error, 'Cannot embed the images of "tiny dual"');
  await writeRecord(place, record);
});
