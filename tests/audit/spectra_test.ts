import type { Group } from "../../lib/audit/listing.ts";
import type { SpectrumSum } from "../../lib/audit/pictures.ts";
import { differs, spectrumGaps } from "../../lib/audit/spectra.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";

/** Two halves of images whose mean spectrum is given, the halves apart by so many decibels. */
function halves(spectrum: (frequency: number) => number, apart = 0.1): [SpectrumSum, SpectrumSum] {
  return [1, -1].map((side) => ({
    sum: Float64Array.from({ length: 16 }, (_, i) => 10 * (spectrum(i + 1) + side * apart / 20)),
    count: 10,
  })) as [SpectrumSum, SpectrumSum];
}

const group = (label: "real" | "fake", name: string, split: Group["split"] = "train"): Group => ({
  label,
  name,
  split,
});
const photograph = (f: number): number => 8 - 2 * Math.log10(f);

Deno.test("a generator that blurs lies below photographs in fine detail alone", () => {
  const [gap] = spectrumGaps(
    [group("real", "all"), group("fake", "a")],
    [halves(photograph), halves((f) => photograph(f) - (f > 4 ? 0.3 : 0))],
  );
  assertEquals([gap.name, gap.fakes, gap.photographs], ["a", 20, 20]);
  for (const [i, decibels] of gap.decibels.entries()) assertClose(decibels, i < 4 ? 0 : -3, 1e-9);
  assertClose(gap.coarse, 0, 1e-9);
  assertClose(gap.fine, 3, 1e-9);
  assertClose(gap.coarseByChance, 0.1, 1e-9);
  assertEquals([differs(gap, "coarse"), differs(gap, "fine")], [false, true]);
});

Deno.test("a gap no larger than that between halves is chance", () => {
  const [gap] = spectrumGaps(
    [group("real", "all"), group("fake", "a")],
    [halves(photograph, 2), halves((f) => photograph(f) + 0.3)],
  );
  assert(gap.coarse > 2.9 && !differs(gap, "coarse"));
});

Deno.test("each generator stands against the photographs of its own set and splits", () => {
  const groups = [
    ...[group("real", "a"), group("real", "b"), group("real", "b", "test")],
    ...[group("fake", "a"), group("fake", "b", "test"), group("fake", "c")],
  ];
  const shifted = (by: number) => halves((f) => photograph(f) + by);
  const gaps = spectrumGaps(groups, [0, 1, 2, 0, 2, 0.5].map(shifted));
  assertEquals(gaps.map(({ name, photographs, coarse }) => [name, photographs, Math.round(coarse * 1e6)]), [
    ["a", 20, 0],
    ["b", 20, 0],
    ["c", 40, 0],
  ]);
});

Deno.test("without photographs or without spectra there is no gap", () => {
  const none = (): [SpectrumSum, SpectrumSum] =>
    [0, 1].map(() => ({ sum: new Float64Array(0), count: 0 })) as [
      SpectrumSum,
      SpectrumSum,
    ];
  assertEquals(spectrumGaps([group("fake", "a")], [halves(photograph)]), []);
  assertEquals(spectrumGaps([group("real", "a"), group("fake", "a")], [none(), none()]), []);
});
