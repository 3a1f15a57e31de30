import { audit } from "../../lib/audit/audit.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { indexData } from "../../lib/data/index_make.ts";
import { indexFile } from "../../lib/data/index_rows.ts";
import { genImage } from "../../lib/layouts/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { plant } from "./planted.ts";

const data = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(data, { recursive: true }));

await plant(data, { count: 8, real: () => ({ format: "jpeg", quality: 92 }), fake: () => ({ format: "png" }) });
const of = genImage({ generators: ["sd14"] });
const train = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train`;

Deno.test("headers come from an index beside the data, but for files that have changed since", async () => {
  const before = await audit(everySplit(of), { data });
  const file = indexFile(data, of);
  const work = indexData(of, { data, file, hash: true });
  while (!(await work.next()).done);
  assertEquals(await audit(everySplit(of), { data }), before);
  // a file of the same size and time whose header is broken is not opened
  const [kept, changed] = ["fake-1.png", "fake-2.png"].map((name) => `${train}/ai/${name}`);
  const { size, mtime } = await Deno.stat(kept);
  await Deno.writeFile(kept, new Uint8Array(size));
  await Deno.utime(kept, mtime!, mtime!);
  await Deno.writeFile(changed, new Uint8Array(size));
  const headers = await audit(everySplit(of), { data, headersOnly: true });
  assertEquals(headers.unreadable.map(({ id }) => id.split("/").at(-1)), ["fake-2.png"]);
  // an index that cannot be read is told, and the files are read
  await Deno.truncate(file, 100);
  const told: string[] = [];
  const bare = await audit(everySplit(of), { data, headersOnly: true, tell: (what) => told.push(what) });
  assertEquals(bare.unreadable.map(({ id }) => id.split("/").at(-1)), ["fake-1.png", "fake-2.png"]);
  assert(told.some((what) => what.includes("deno task data index")), told.join());
});
