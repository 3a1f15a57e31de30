import { openFeatures } from "../../lib/data/features.ts";
import { random } from "../../lib/random.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
const made = { backbone: "some", width: 5 };

async function sample(i: number): Promise<Sample> {
  const file = `${folder}/${i}.png`;
  await Deno.writeTextFile(file, `${i}`);
  return {
    ...{ id: `${i}.png`, file, label: "fake", source: `${i}`, generator: null, set: null, split: "train" },
    caption: null,
  };
}

const samples = await Promise.all(Array.from({ length: 30 }, (_, i) => sample(i)));
const rowOf = (i: number) => random(1, "row", i).normals(5);

Deno.test("openFeatures() gives back what was added, from memory, from the disk, and beside another process", async () => {
  const artifacts = `${folder}/one`;
  const read = (store: Awaited<ReturnType<typeof openFeatures>>, i: number) => {
    const row = new Float32Array(5);
    store.read(samples[i], row);
    return row;
  };
  {
    await using store = await openFeatures(artifacts, { made, width: 5 });
    await using other = await openFeatures(artifacts, { made, width: 5 });
    for (let i = 0; i < 20; i++) await store.add(samples[i], rowOf(i));
    for (let i = 15; i < 25; i++) await other.add(samples[i], rowOf(i));
    assertEquals([store.has(samples[19]), store.has(samples[20])], [true, false]);
    assertEquals(read(store, 7), rowOf(7));
    await store.keep();
    assertEquals(read(store, 7), rowOf(7));
  }
  await using again = await openFeatures(artifacts, { made, width: 5 });
  for (let i = 0; i < 25; i++) assertEquals(read(again, i), rowOf(i));
  assertEquals(again.has(samples[25]), false);
  await using elsewise = await openFeatures(artifacts, { made: { ...made, backbone: "other" }, width: 5 });
  assertEquals(elsewise.has(samples[0]), false);
});

Deno.test("openFeatures() does not know an image that was written anew", async () => {
  const artifacts = `${folder}/two`;
  {
    await using store = await openFeatures(artifacts, { made, width: 5 });
    await store.add(samples[29], rowOf(29));
  }
  await Deno.writeTextFile(samples[29].file, "another picture");
  await using again = await openFeatures(artifacts, { made, width: 5 });
  assertEquals(again.has(samples[29]), false);
});

Deno.test("openFeatures() refuses a file that is cut off or of another width, and says what to do", async () => {
  const artifacts = `${folder}/three`;
  {
    await using store = await openFeatures(artifacts, { made, width: 5 });
    for (let i = 0; i < 20; i++) await store.add(samples[i], rowOf(i));
  }
  const open = (width: number) => openFeatures(artifacts, { made, width });
  const error = await assertRejects(() => open(6), Error, "expected [20, 6]");
  assert(error.message.endsWith("Remove the file, they are made again"), error.message);
  const [{ name }] = await Array.fromAsync(Deno.readDir(artifacts));
  const [part] = await Array.fromAsync(Deno.readDir(`${artifacts}/${name}`));
  const path = `${artifacts}/${name}/${part.name}`;
  await Deno.truncate(path, (await Deno.stat(path)).size - 8);
  await assertRejects(() => open(5), Error, "Cannot read the features");
});
