import { join } from "node:path";
import { writeAtomic } from "../../lib/runs/atomic.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "./example.ts";

Deno.test("writeAtomic() writes pieces one after the other, and nothing when one of them fails", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "file");
    function* pieces(fails: boolean): Generator<Uint8Array> {
      yield Uint8Array.of(1, 2);
      if (fails) throw new RangeError("no more");
      yield Uint8Array.of(3);
    }
    await writeAtomic(file, pieces(false));
    assertEquals(await Deno.readFile(file), Uint8Array.of(1, 2, 3));
    await assertRejects(() => writeAtomic(file, pieces(true)), RangeError, "no more");
    assertEquals(await Deno.readFile(file), Uint8Array.of(1, 2, 3));
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  });
});
