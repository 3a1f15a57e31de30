import { emptyRows, rowKey } from "../../lib/audit/rows.ts";
import { assertEquals } from "../assert.ts";

Deno.test("rows are found by their keys, however many there are, and the first of a key stays", () => {
  const rows = emptyRows(2);
  for (let i = 0; i < 40_000; i++) rows.add(rowKey(`${i}`), [i, 2 ** 32 - 1 - i]);
  rows.add(rowKey("7"), [0, 0]);
  for (let i = 0; i < 40_000; i += 7) assertEquals([...rows.find(rowKey(`${i}`))!], [i, 2 ** 32 - 1 - i]);
  assertEquals([rows.find(rowKey("40000")), emptyRows(2).find(rowKey("0"))], [null, null]);
});

Deno.test("keys that share a slot are told apart", () => {
  const rows = emptyRows(1);
  for (let i = 0; i < 300; i++) rows.add([1, i], [i]);
  for (let i = 0; i < 300; i++) assertEquals([...rows.find([1, i])!], [i]);
  assertEquals(rows.find([1, 300]), null);
});
