import type { PropertyProbes } from "../../lib/audit/metadata_probe.ts";
import type { SpectrumGap } from "../../lib/audit/spectra.ts";
import type { GroupRow } from "../../lib/audit/tables.ts";
import { type Findings, judge } from "../../lib/audit/verdict.ts";
import { assert, assertEquals } from "../assert.ts";

const even = { value: 0.5, low: 0.48, high: 0.52 };
const told = { value: 0.9, low: 0.88, high: 0.92 };
const probes = (telling: Partial<PropertyProbes> = {}): PropertyProbes => ({
  ...{ all: Object.keys(telling).length === 0 ? even : told, format: even, quality: even, size: even, depth: even },
  ...telling,
});

function group(label: "real" | "fake", qualities: Readonly<Record<string, number>>, images = 100): GroupRow {
  const side = { p5: 64, p25: 64, median: 64, p75: 64, p95: 64 };
  return {
    ...{ label, name: "a", split: "train", images, listed: images, unreadable: 0, formats: {}, depths: {} },
    ...{ quality: null, qualities, width: side, height: side, side, sizes: {} },
  };
}

const groups = [group("real", { 96: 80, 75: 20 }), group("fake", {})];
const twins = {
  splits: [{ split: "train", images: 100, exact: 0, near: 0 }, { split: "test", images: 100, exact: 0, near: 0 }],
  twins: [],
} as const;
const fair: Findings = { probes: probes(), groups, twins, gaps: [] };
const codes = (found: Findings): (string | undefined)[] => judge(found).protocol.map(({ code }) => code);

Deno.test("where nothing is found the verdict is unbiased, and nothing is to be done", () => {
  const { verdict, protocol, reasons } = judge(fair);
  assertEquals([verdict, protocol], ["unbiased", []]);
  assertEquals(reasons.length, 2);
});

Deno.test("a probe that tells is a bias, a weak one a doubt", () => {
  assertEquals(judge({ ...fair, probes: probes({ format: told }) }).verdict, "biased");
  const weak = { value: 0.53, low: 0.51, high: 0.55 };
  assertEquals(judge({ ...fair, probes: probes({ all: weak, size: weak }) }).verdict, "doubtful");
});

Deno.test("the aligned view stores fakes as most photographs are, or all alike, and matches sizes", () => {
  const only = 'reencoded({ of, only: "fake", quality: 96 })';
  assertEquals(codes({ ...fair, probes: probes({ format: told, quality: told, size: told }) }), [
    only,
    `matched({ of: ${only}, by: ["quality"] })`,
    `matched({ of: ${only}, by: ["quality", "size"] })`,
    undefined,
  ]);
  const spread = [group("real", { 96: 30, 90: 40, 75: 30 }), group("fake", {})];
  assertEquals(codes({ ...fair, groups: spread, probes: probes({ format: told }) }), [
    "reencoded({ of, quality: 90 })",
    undefined,
  ]);
  const lossless = [group("real", {}), group("fake", {})];
  assertEquals(
    codes({ ...fair, groups: lossless, probes: probes({ depth: told }) })[0],
    "reencoded({ of, quality: 96 })",
  );
  assertEquals(codes({ ...fair, probes: probes({ size: told }) })[0], 'matched({ of, by: ["size"] })');
});

Deno.test("a few images in two splits are a doubt, a hundredth of a split a bias", () => {
  const met = (images: number) => ({
    splits: [twins.splits[0], { split: "test" as const, images, exact: 1, near: 1 }],
    twins: [],
  });
  assertEquals(judge({ ...fair, twins: met(1000) }).verdict, "doubtful");
  assertEquals(judge({ ...fair, twins: met(200) }).verdict, "biased");
});

Deno.test("what could not be looked at is a doubt", () => {
  assertEquals(judge({ ...fair, twins: null }).verdict, "doubtful");
  assertEquals(judge({ ...fair, probes: null }).verdict, "doubtful");
});

Deno.test("unlike coarse detail is a doubt, unlike fine detail what detectors are for", () => {
  const gap: SpectrumGap = {
    ...{ name: "a", fakes: 100, photographs: 100, decibels: [] },
    ...{ coarse: 0.1, fine: 0.1, coarseByChance: 0.1, fineByChance: 0.1 },
  };
  assertEquals(judge({ ...fair, gaps: [{ ...gap, coarse: 2 }] }).verdict, "doubtful");
  const fine = judge({ ...fair, gaps: [{ ...gap, fine: 4 }] });
  assertEquals(fine.verdict, "unbiased");
  assert(fine.reasons.some((reason) => reason.includes("Fine detail differs, a by 4.0 dB")));
});
