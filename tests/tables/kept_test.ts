import { keptWithin } from "../../lib/tables/kept.ts";
import { assertEquals, assertRejects } from "../assert.ts";

Deno.test("keptWithin() makes a value once, and lets go what was unused for longest", async () => {
  const made: string[] = [];
  const kept = keptWithin<string>(10, ({ length }) => length);
  const get = (key: string, value: string) =>
    kept.get(key, () => {
      made.push(key);
      return Promise.resolve(value);
    });
  assertEquals(await Promise.all([get("a", "four"), get("a", "four")]), ["four", "four"]);
  await get("b", "four");
  await get("a", "four");
  await get("c", "four"); // b goes
  assertEquals([await get("a", "four"), made], ["four", ["a", "b", "c"]]);
  await get("b", "four");
  assertEquals(made, ["a", "b", "c", "b"]);
  await get("large", "larger than all of it");
  assertEquals([await get("large", "other"), made.length], ["larger than all of it", 5]);
});

Deno.test("keptWithin() keeps no failure", async () => {
  const kept = keptWithin<number>(10, () => 1);
  await assertRejects(() => kept.get("a", () => Promise.reject(new RangeError("no"))), RangeError, "no");
  assertEquals(await kept.get("a", () => Promise.resolve(3)), 3);
});
