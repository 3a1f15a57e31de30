import { dataChanges, type DataRow, readDataList, removeDataList, writeDataList } from "../../lib/runs/data_list.ts";
import { assertEquals } from "../assert.ts";
import { inFolder } from "./example.ts";

const row = (group: string, sample: number, size: number | null = null, content: number | null = null): DataRow => ({
  ...{ group, sample, size, content },
});

Deno.test("a run's list of its data comes back as it was written, and one that is missing or damaged is none", async () => {
  await inFolder(async (folder) => {
    const rows = [row("train, real", 1, 20, 2 ** 48 - 1), row("train, fake, sd14", 2), row("test, real", 1, 20)];
    assertEquals(await readDataList(folder), null);
    await writeDataList(folder, rows);
    assertEquals(await readDataList(folder), rows);
    await Deno.truncate(`${folder}/data.parquet`, 30);
    assertEquals(await readDataList(folder), null);
    await removeDataList(folder);
    await removeDataList(folder);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("dataChanges() counts by group what was added, removed and changed, and leaves out what was not", () => {
  const before = [row("a", 1, 10), row("a", 2, 10, 5), row("a", 3), row("b", 1), row("gone", 1)];
  const now = [row("b", 1, 99), row("a", 4), row("a", 2, 10, 6), row("a", 1, 11), row("new", 7), row("new", 8)];
  assertEquals(dataChanges(before, now), [
    { group: "a", before: 3, added: 1, removed: 1, changed: 2 },
    { group: "gone", before: 1, added: 0, removed: 1, changed: 0 },
    { group: "new", before: 0, added: 2, removed: 0, changed: 0 },
  ]);
  assertEquals(dataChanges(now, now), []);
});
