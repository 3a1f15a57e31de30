import { openRows } from "../../lib/audit/kept_rows.ts";
import { rowKey } from "../../lib/audit/rows.ts";
import { assert, assertEquals } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const names = async (of: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(of))).map(({ name }) => name);

Deno.test("rows are on the disk when a file is full, the others after the disposal", async () => {
  const at = `${folder}/rows`;
  {
    await using rows = await openRows(at, { width: 3, part: 4 });
    for (let i = 0; i < 10; i++) {
      await rows.add(rowKey(`${i}`), [i, i + 1, 2 ** 32 - 1]);
      if (i === 3) assertEquals((await names(at)).length, 1);
    }
    assertEquals((await names(at)).length, 2);
    assertEquals([...rows.find(rowKey("9"))!], [9, 10, 2 ** 32 - 1]);
  }
  assertEquals((await names(at)).length, 3);
  await using again = await openRows(at, { width: 3 });
  for (let i = 0; i < 10; i++) assertEquals([...again.find(rowKey(`${i}`))!], [i, i + 1, 2 ** 32 - 1]);
});

Deno.test("a damaged or cut file is removed and told, temporary ones are passed over, the others are read", async () => {
  const at = `${folder}/damaged`;
  {
    await using rows = await openRows(at, { width: 1, part: 2 });
    for (let i = 0; i < 6; i++) await rows.add(rowKey(`${i}`), [i]);
  }
  const [flipped, cut, whole] = await names(at);
  const bytes = await Deno.readFile(`${at}/${flipped}`);
  bytes[9] ^= 1;
  await Deno.writeFile(`${at}/${flipped}`, bytes);
  await Deno.truncate(`${at}/${cut}`, 12);
  await Deno.writeTextFile(`${at}/${whole}.1-1.tmp`, "half");
  const told: string[] = [];
  await using rows = await openRows(at, { width: 1, tell: (what) => told.push(what) });
  assertEquals([0, 1, 2, 3, 4, 5].filter((i) => rows.find(rowKey(`${i}`)) !== null).length, 2);
  assertEquals(told.length, 2);
  assert(told.every((what) => what.includes("is damaged")), told.join("\n"));
  assertEquals((await names(at)).sort(), [whole, `${whole}.1-1.tmp`].sort());
});
