import { join } from "node:path";
import { downloadLine, unpackedSince } from "../../lib/cli/download.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

Deno.test("only packages unpacked since the start count as downloaded, with their size and the time they took", async () => {
  await inFolder(async (cache) => {
    const unpack = async (name: string, bytes: number, at: number) => {
      const folder = join(cache, "registry.example", name);
      await Deno.mkdir(join(folder, "dist"), { recursive: true });
      await Deno.writeFile(join(folder, "dist", "index.js"), new Uint8Array(bytes));
      await Deno.utime(folder, new Date(at), new Date(at));
    };
    const began = Date.now() - 60_000;
    await unpack("sharp/0.35.5", 1000, began - 5000);
    assertEquals(await unpackedSince(began, cache), null);
    await unpack("arquero/8.0.1", 2_000_000, began + 2000);
    await unpack("@tensorflow/tfjs/4.22.0", 3_500_000, began + 12_000);
    await unpack("sharp/0.35.6.12ab.tmp", 9000, began + 13_000);
    const found = await unpackedSince(began, cache);
    assert(found !== null);
    assertClose([found.megabytes, found.seconds], [5.5, 12], 0.01);
    assertEquals(downloadLine(found), "Download: 6 MB of packages (unpacked) in 12 s");
    assertEquals(downloadLine(null), "Download: nothing, all packages are there already");
    assertEquals(await unpackedSince(began, join(cache, "gone")), null);
  });
});
