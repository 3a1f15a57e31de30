import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { imageOf } from "../../lib/data/source.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { genImage, pocket, readSamples, reencoded, seenReconstruction } from "../../lib/layouts/mod.ts";
import { identitiesOf, innermost, shippedReconstructions, ships } from "../../lib/layouts/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";

const small = pocket({ generators: ["latent-nearest"], limit: { perClass: 3, seed: 1 } });
const roots = { data: null, split: "train" } as const;

Deno.test("every image of a data set is named as stored anew, and keeps its id", async () => {
  const plain = await Array.fromAsync(readSamples(small, roots));
  const anew = await Array.fromAsync(readSamples(reencoded({ of: small, quality: 90 }), roots));
  assertEquals(anew.map(({ file }) => file), plain.map(({ file }) => `${file}#jpeg=90`));
  assertEquals(anew.map(({ id }) => id), plain.map(({ id }) => id));
  const pixels = await decodeImage(plain[0].file);
  assertEquals(
    await imageOf(anew[0].file),
    await decodeImage(await encodeImage(pixels, { format: "jpeg", quality: 90 })),
  );
});

Deno.test("fakes alone are stored anew on request, and reconstructions are fakes", async () => {
  const layout = reencoded({ of: small, only: "fake" });
  const samples = await Array.fromAsync(readSamples(layout, roots));
  for (const { file, label } of samples) assertEquals(file.endsWith("#jpeg=96"), label === "fake");
  assert(ships(layout));
  const [made] = await shippedReconstructions(layout, samples, roots);
  assert(seenReconstruction(layout, made!).file.endsWith("#jpeg=96"));
  assertEquals(seenReconstruction(small, made!), made);
});

Deno.test("layouts around layouts are made from JSON, and have the identity of what they hold", async () => {
  const layout = reencoded({ of: reencoded({ of: small, quality: 80 }), format: "webp", quality: 70 });
  const read = reencoded(JSON.parse(JSON.stringify(layout)));
  assertEquals(fingerprint(read), fingerprint(layout));
  assertEquals(innermost(layout), small);
  assertEquals(await identitiesOf([layout]), await identitiesOf([small]));
  const [sample] = await Array.fromAsync(readSamples(layout, roots));
  assert(sample.file.endsWith("#jpeg=80#webp=70"));
});

Deno.test("what cannot be stored anew is refused", async () => {
  assertThrows(() => reencoded({ of: small, quality: 0 }), RangeError, "reencoded.quality");
  assertThrows(() => reencoded({ of: small, format: "png" as "jpeg" }), RangeError, "reencoded.format");
  assertThrows(() => reencoded({ of: small, only: "both" as "fake" }), RangeError, "reencoded.only");
  assertThrows(() => reencoded({ of: { kind: "crop" } as unknown as typeof small }), TypeError, "genImage()");
  assertThrows(() => reencoded({ of: null as unknown as typeof small }), TypeError, "reencoded.of");
  const bare = reencoded({ of: genImage({ generators: "all" }) });
  await assertRejects(() => Array.fromAsync(readSamples(bare, roots)), Deno.errors.NotFound, "genImage");
  assert(!ships(bare));
});
