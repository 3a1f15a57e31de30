import { ifThere } from "../lib/if_there.ts";
import { assertEquals, assertRejects } from "./assert.ts";

Deno.test("ifThere() gives what is found, null for what is not there, and every other error as it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a`, "text");
    assertEquals(await ifThere(Deno.readTextFile(`${folder}/a`)), "text");
    assertEquals(await ifThere(Deno.readTextFile(`${folder}/b`)), null);
    await assertRejects(() => ifThere(Promise.reject(new RangeError("other"))), RangeError, "other");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
