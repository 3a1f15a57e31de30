import { join } from "node:path";
import { createHash } from "node:crypto";
import { damage, hashing, sealed, unsealed } from "../../lib/runs/whole.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "./example.ts";

Deno.test("a sealed text gives back its object, also numbers that JSON lacks, and tells of every flipped bit", () => {
  const value = { step: 3, loss: NaN, names: ["a", "ü"], deep: { rate: 0.1 + 0.2 } };
  const text = sealed(value);
  assertEquals(unsealed(text), value);
  const bytes = new TextEncoder().encode(text.trimEnd());
  let told = 0;
  for (let i = 0; i < bytes.length; i++) {
    const flipped = bytes.slice();
    flipped[i] ^= 1;
    const found = unsealed(new TextDecoder().decode(flipped));
    if (typeof found === "string") told++;
    else assertEquals(found, value); // a space between two values may become another sign that means nothing
  }
  assert(told > bytes.length / 2);
  for (const other of ["", "null", "[]", "3", text.slice(0, -5)]) assertEquals(typeof unsealed(other), "string");
});

Deno.test("damage() tells of a missing, a shorter and a changed file", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "file");
    const hash = createHash("sha256");
    const pieces = [...hashing([new Uint8Array([1, 2]), new Uint8Array([3])], hash)];
    const expected = { bytes: 3, sha256: hash.digest("hex") };
    assertEquals(await damage(path, expected), "there is no such file");
    await Deno.writeFile(path, new Uint8Array(pieces.flatMap((piece) => [...piece])));
    assertEquals(await damage(path, expected), null);
    await Deno.writeFile(path, new Uint8Array([1, 2, 4]));
    assert((await damage(path, expected))!.startsWith("its SHA-256 is "));
    await Deno.truncate(path, 2);
    assertEquals(await damage(path, expected), "it has 2 bytes, expected 3");
    assert((await damage(path, { sha256: expected.sha256 }))!.startsWith("its SHA-256 is "));
  });
});
