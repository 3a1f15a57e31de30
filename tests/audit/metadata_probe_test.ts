import { drawProbed, probeMetadata, type ProbeRow } from "../../lib/audit/metadata_probe.ts";
import type { SeenHeader } from "../../lib/image/seen_header.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";

const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

const plain: SeenHeader = {
  ...{ format: "png", width: 512, height: 512, bitDepth: 8, channels: 3, animated: false },
  ...{ quality: null, progressive: null, subsampling: null },
};

/** Headers that have nothing to do with the labels. */
function unrelated(seed: number, count: number): ProbeRow[] {
  const draw = random(seed, "headers");
  return Array.from({ length: count }, (_, i) => ({
    header: {
      ...plain,
      format: draw.uniform() < 0.5 ? "png" : "jpeg",
      quality: 60 + draw.integer(40),
      width: 200 + draw.integer(400),
      height: 8 * (25 + draw.integer(50)),
    },
    label: i % 2,
    source: i,
  }));
}

Deno.test("headers that say nothing have an interval that holds 0.5 about as often as it claims", () => {
  const trials = full ? 100 : 20;
  let held = 0;
  for (let seed = 1; seed <= trials; seed++) {
    const { low, high } = probeMetadata(unrelated(seed, 240))!.all;
    if (low <= 0.5 && high >= 0.5) held++;
  }
  // deno-lint-ignore no-console
  if (full) console.log(`  ${held} of ${trials} intervals hold 0.5`);
  // folds share what they learn from, which makes intervals a little narrow: 90 of 100 at seeds 1…100
  assert(held >= 0.75 * trials, `${held} of ${trials} intervals hold 0.5`);
});

Deno.test("each property is found alone, and others are not taken for it", () => {
  const changes: Record<string, (fake: boolean) => Partial<SeenHeader>> = {
    format: (fake) => ({ format: fake ? "png" : "webp" }),
    quality: (fake) => ({ quality: fake ? 90 : 80 }),
    size: (fake) => ({ width: fake ? 512 : 500 }),
    depth: (fake) => ({ bitDepth: fake ? 8 : 16 }),
  };
  for (const [property, change] of Object.entries(changes)) {
    const rows = Array.from({ length: 40 }, (_, i): ProbeRow => ({
      header: { ...plain, ...change(i % 2 === 1) },
      label: i % 2,
      source: i,
    }));
    for (const [name, { value, low, high }] of Object.entries(probeMetadata(rows)!)) {
      assertEquals([value, low, high], name === property || name === "all" ? [1, 1, 1] : [0.5, 0.5, 0.5], name);
    }
  }
});

Deno.test("a size in the middle of a spread is told, which no straight line through sizes could", () => {
  const draw = random(1, "sizes");
  const rows = Array.from({ length: 300 }, (_, i): ProbeRow => {
    const side = 512 + Math.round(200 * (draw.uniform() - 0.5));
    return { header: { ...plain, width: i % 2 === 1 ? 512 : side, height: 512 }, label: i % 2, source: i };
  });
  assert(probeMetadata(rows)!.size.low > 0.95);
});

Deno.test("what is known of a source does not help with another", () => {
  // twelve images of each source share a size that no other source has: known rows would give the label away
  const draw = random(2, "sources");
  const rows = Array.from({ length: 480 }, (_, i): ProbeRow => {
    const source = Math.floor(i / 12);
    return { header: { ...plain, width: 300 + 7 * ((source * 17) % 40) }, label: source % 2, source };
  });
  const shuffled = [...draw.permutation(rows.length)].map((i) => rows[i]);
  const { low, high } = probeMetadata(shuffled)!.all;
  assert(low <= 0.5, `${low} … ${high}`);
});

Deno.test("rows of few sources are asked in fewer folds, and of one source not at all", () => {
  const rows = (sources: number) =>
    Array.from(
      { length: 12 },
      (_, i): ProbeRow => ({ header: plain, label: i % 2, source: Math.floor(i / 2) % sources }),
    );
  assertEquals(probeMetadata(rows(2))!.all, { value: 0.5, low: 0.5, high: 0.5 });
  assertEquals(probeMetadata(rows(1)), null);
  const apart = Array.from({ length: 7 }, (_, i): ProbeRow => ({ header: plain, label: i < 5 ? 0 : 1, source: i }));
  assertEquals(probeMetadata(apart)!.all.value, 0.5);
});

Deno.test("of more images than are needed 2,000 of each class are drawn, and those that count as neither never", () => {
  const rows = unrelated(3, 4400);
  const labels = Int8Array.from([...rows.map(({ label }) => label), -1, -1]);
  const drawn = drawProbed(labels);
  assertEquals([0, 1, -1].map((label) => drawn.filter((i) => labels[i] === label).length), [2000, 2000, 0]);
  assertEquals(drawn, [...new Set(drawn)].sort((a, b) => a - b));
  const { low, high } = probeMetadata(drawn.map((i) => rows[i]))!.all;
  assert(high - low > 0.03 && high - low < 0.045, `${low} … ${high}`);
  assertEquals(drawProbed([1, -1, 0, 1]), [0, 2, 3]);
});
