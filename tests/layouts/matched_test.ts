import { genImage, matched, pocket, readSamples, reencoded } from "../../lib/layouts/mod.ts";
import { plant } from "../audit/planted.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const of = genImage({ generators: ["sd14"] });

Deno.test("of each size as many photographs as fakes stay", async () => {
  const data = `${folder}/sizes`;
  // photographs: 6 of 16 × 16, 6 of 32 × 16; fakes: 4 of 16 × 16, 8 of 32 × 32
  await plant(data, {
    count: 12,
    real: () => ({ format: "png" }),
    fake: () => ({ format: "png" }),
    size: (n, label) => label === "real" ? (n < 6 ? [16, 16] : [32, 16]) : (n < 4 ? [16, 16] : [32, 32]),
  });
  const roots = { data, split: "train" } as const;
  const read = (spec: ReturnType<typeof matched>) => Array.fromAsync(readSamples(spec, roots));
  const kept = await read(matched({ of, by: ["size"] }));
  assertEquals(kept.map(({ label }) => label), [...Array(4).fill("real"), ...Array(4).fill("fake")]);
  const numbers = kept.map(({ file }) => Number(/-(\d+)\.png$/.exec(file)![1]));
  assertEquals(numbers.slice(4), [0, 1, 2, 3]);
  assertEquals(numbers.slice(0, 4).every((n) => n < 6), true);
  assertEquals(await read(matched({ of, by: ["size"] })), kept);
  const others = await Promise.all([2, 3, 4, 5].map((seed) => read(matched({ of, by: ["size"], seed }))));
  assertEquals(others.some((other) => JSON.stringify(other) !== JSON.stringify(kept)), true);
  // with cells of four times the side all are alike
  assertEquals((await read(matched({ of, by: ["size"], factor: 4 }))).length, 24);
});

Deno.test("qualities are matched in cells, and files without one by their format", async () => {
  const data = `${folder}/qualities`;
  await plant(data, {
    count: 6,
    real: (n) => ({ format: "jpeg", quality: n < 3 ? 92 : 61 }),
    fake: (n) => n < 2 ? { format: "jpeg", quality: 93 } : { format: "png" },
  });
  const roots = { data, split: "test" } as const;
  const kept = await Array.fromAsync(readSamples(matched({ of, by: ["quality"] }), roots));
  assertEquals(kept.map(({ label }) => label), ["real", "real", "fake", "fake"]);
  await assertRejects(
    () => Array.fromAsync(readSamples(matched({ of, by: ["quality"], span: 1 }), roots)),
    RangeError,
    "Cannot match the test split of genImage by quality: of 12 images",
  );
  const anew = matched({ of: reencoded({ of, quality: 90 }), by: ["size", "quality"], span: 1, factor: 1 });
  assertEquals((await Array.fromAsync(readSamples(anew, roots))).length, 12);
});

Deno.test("an image without a header that can be read is left out, and told", async () => {
  const data = `${folder}/broken`;
  await plant(data, { count: 4, real: () => ({ format: "png" }), fake: () => ({ format: "png" }) });
  const nature = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/nature`;
  await Deno.writeTextFile(`${nature}/real-2.png`, "<html>");
  const told: string[] = [];
  const roots = { data, split: "train", tell: (what: string) => told.push(what) } as const;
  const kept = await Array.fromAsync(readSamples(matched({ of, by: ["size"] }), roots));
  assertEquals(kept.map(({ label }) => label), [...Array(3).fill("real"), ...Array(3).fill("fake")]);
  assertEquals(told.map((what) => what.slice(0, 42)), ["1 of 8 images of the train split of genIma"]);
});

Deno.test("fakes of every generator are matched against photographs that all share", async () => {
  const layout = matched({ of: pocket({ limit: { perClass: 2, seed: 1 } }), by: ["size"] });
  const samples = await Array.fromAsync(readSamples(layout, { data: null, split: "test" }));
  const count = (label: string) => samples.filter((sample) => sample.label === label).length;
  assertEquals([count("real"), count("fake")], [2, 2]);
});

Deno.test("what cannot be matched is refused", () => {
  assertThrows(() => matched({ of, by: [] }), RangeError, "matched.by");
  assertThrows(() => matched({ of, by: ["sise" as "size"] }), RangeError, 'did you mean "size"?');
  assertThrows(() => matched({ of, by: ["size"], factor: 0.5 }), RangeError, "matched.factor");
  assertThrows(() => matched({ of, by: ["size"], span: 0 }), RangeError, "matched.span");
});
