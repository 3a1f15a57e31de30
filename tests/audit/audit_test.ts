import { audit } from "../../lib/audit/audit.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { genImage, type Layout, matched, reencoded } from "../../lib/layouts/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { plant } from "./planted.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const of = genImage({ generators: ["sd14"] });
const planted = `${folder}/planted`;
await plant(planted, { count: 24, real: () => ({ format: "jpeg", quality: 92 }), fake: () => ({ format: "png" }) });
const auditOf = (layout: Layout, data = planted, options = {}) => audit(everySplit(layout), { data, ...options });

Deno.test("photographs in JPEG and the same pixels as PNG: the probe tells them apart, and how to align them is said", async () => {
  const { probe, properties, verdict, protocol, tables, twins } = await auditOf(of);
  assert(probe!.auc > 0.95 && probe!.low > 0.95, JSON.stringify(probe));
  assertEquals(verdict, "biased");
  assert(properties!.format.low > 0.95 && properties!.quality.low > 0.95);
  assertEquals([properties!.size, properties!.depth].map(({ low, high }) => low <= 0.5 && high >= 0.5), [true, true]);
  assertEquals(protocol.map(({ code }) => code), [
    'reencoded({ of, only: "fake", quality: 92 })',
    'matched({ of: reencoded({ of, only: "fake", quality: 92 }), by: ["quality"] })',
    undefined,
  ]);
  const [real] = tables.groups;
  assertEquals([real.label, real.name, real.split, real.images], ["real", "sd14", "train", 24]);
  assertEquals([real.formats, real.qualities, real.sizes], [{ jpeg: 24 }, { 92: 24 }, { "48 × 48": 24 }]);
  assertEquals(tables.duplicates!.map(({ split, images }) => [split, images]), [["train", 48], ["test", 48]]);
  assertEquals(twins, []);
});

for (
  const [name, layout] of [
    ["all stored anew", reencoded({ of, quality: 80 })],
    ["fakes stored as photographs are", reencoded({ of, only: "fake", quality: 92 })],
    ["and matched in quality", matched({ of: reencoded({ of, only: "fake", quality: 92 }), by: ["quality"] })],
  ] as const
) {
  Deno.test(`the same set aligned has a probe whose interval holds 0.5: ${name}`, async () => {
    const { probe, verdict } = await auditOf(layout);
    assert(probe!.low <= 0.5 && probe!.high >= 0.5, JSON.stringify(probe));
    assertEquals(verdict, "unbiased");
  });
}

Deno.test("photographs of other sizes are told by size alone, and a size-matched subset is not", async () => {
  const data = `${folder}/sizes`;
  await plant(data, {
    count: 30,
    real: () => ({ format: "png" }),
    fake: () => ({ format: "png" }),
    size: (n, label) => label === "fake" ? [32, 32] : n % 3 === 0 ? [32, 32] : [20 + n, 50 - n],
  });
  const { probe, properties, protocol } = await auditOf(of, data, { headersOnly: true });
  assert(probe!.low > 0.6 && properties!.size.low > 0.6);
  assert(
    protocol.some(({ code }) =>
      code === 'matched({ of: of, by: ["size"] })' || code === 'matched({ of, by: ["size"] })'
    ),
  );
  const after = await auditOf(matched({ of, by: ["size"] }), data, { headersOnly: true });
  assert(after.probe!.low <= 0.5 && after.probe!.high >= 0.5, JSON.stringify(after.probe));
  assertEquals(after.tables.duplicates, null);
});

Deno.test("images that stand in two splits are found, as they are and nearly", async () => {
  const data = `${folder}/twins`;
  await plant(data, {
    count: 20,
    real: (n) => ({ format: "jpeg", quality: n % 2 === 0 ? 95 : 60 }),
    fake: () => ({ format: "jpeg", quality: 95 }),
    // of val's photographs 0…3 are train's 0…3, and 4…5 are train's 5 and 6, stored at another quality
    shows: (n, split, label) => {
      const own = n + (split === "train" ? 0 : 100) + (label === "real" ? 0 : 200);
      if (split === "train" || label === "fake") return own;
      return n < 4 ? n : n < 6 ? n + 1 : own;
    },
  });
  const { twins, tables, verdict, reasons } = await auditOf(of, data);
  const short = (id: string) => id.split("/").slice(-3).join("/");
  assertEquals(twins.map(({ id, earlier, kind }) => [short(id), short(earlier), kind]), [
    ["val/nature/real-0.jpg", "train/nature/real-0.jpg", "exact"],
    ["val/nature/real-1.jpg", "train/nature/real-1.jpg", "exact"],
    ["val/nature/real-2.jpg", "train/nature/real-2.jpg", "exact"],
    ["val/nature/real-3.jpg", "train/nature/real-3.jpg", "exact"],
    ["val/nature/real-4.jpg", "train/nature/real-5.jpg", "near"],
    ["val/nature/real-5.jpg", "train/nature/real-6.jpg", "near"],
  ]);
  assertEquals(tables.duplicates!.at(-1), { split: "test", images: 40, exact: 4, near: 2 });
  assertEquals(verdict, "biased");
  assert(
    reasons.some((reason) => reason.includes("Of 40 images of test, 4 stand in an earlier split")),
    reasons.join(),
  );
});

Deno.test("unreadable images are counted and told, whether their header or their pixels are broken", async () => {
  const data = `${folder}/broken`;
  await plant(data, { count: 8, real: () => ({ format: "png" }), fake: () => ({ format: "png" }) });
  const train = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train`;
  await Deno.writeTextFile(`${train}/nature/real-1.png`, "<html>");
  const whole = await Deno.readFile(`${train}/ai/fake-2.png`);
  await Deno.writeFile(`${train}/ai/fake-2.png`, whole.subarray(0, whole.length / 2));
  const { unreadable, tables } = await auditOf(of, data);
  assertEquals(unreadable.map(({ id }) => id.split("/").at(-1)), ["real-1.png", "fake-2.png"]);
  assertEquals(tables.groups.map((group) => group.unreadable), [1, 1, 0, 0]);
});

Deno.test("a limit takes so many of each group, always the same", async () => {
  const some = await auditOf(of, planted, { limit: 10, headersOnly: true });
  assertEquals(some.tables.groups.map(({ images, listed }) => [images, listed]), Array(4).fill([10, 24]));
  assertEquals(await auditOf(of, planted, { limit: 10, headersOnly: true }), some);
});

Deno.test("the same scenes stored alike have the same spectrum, and stored twice another in fine detail", async () => {
  const once = await auditOf(reencoded({ of, only: "fake", quality: 92 }));
  assertEquals(once.spectrumSize, 32); // the largest power of two that images of 48 pixels hold
  const [{ name, coarse, fine, decibels }] = once.tables.spectra;
  assertEquals([name, decibels.length], ["sd14", 16]);
  assert(coarse < 0.5 && fine < 0.5, `${coarse} and ${fine} dB`);
  const [twice] = (await auditOf(reencoded({ of, quality: 60 }))).tables.spectra;
  assert(twice.fine > 2 * fine && twice.coarse < 0.5, `${twice.coarse} and ${twice.fine} dB`);
});

Deno.test("data without images, or without a class, is refused", async () => {
  await assertRejects(() => auditOf(of, folder), Deno.errors.NotFound, "genImage");
  await assertRejects(() => audit([], { data: null }), RangeError, "no image");
  const data = `${folder}/one class`;
  await plant(data, { count: 2, real: () => ({ format: "png" }), fake: () => ({ format: "png" }) });
  for (const split of ["train", "val"]) {
    const ai = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/${split}/ai`;
    for (const n of [0, 1]) await Deno.writeTextFile(`${ai}/fake-${n}.png`, "");
  }
  await assertRejects(() => auditOf(of, data), RangeError, "none of the others are fakes");
});
