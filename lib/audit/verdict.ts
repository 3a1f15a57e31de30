/** What an audit comes to, and what to do about it. */
import { fixedInterval, percent } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import type { PropertyProbes } from "./metadata_probe.ts";
import { differs, type SpectrumGap } from "./spectra.ts";
import type { GroupRow } from "./tables.ts";
import type { TwinTable } from "./twins.ts";

/**
 * Biased: results on the data as it is say little. Doubtful: something was found that may lift them a little, or could
 * not be looked at. Unbiased: nothing was found.
 */
export type Verdict = "biased" | "doubtful" | "unbiased";

/** What is to be done. */
export interface Step {
  /** What to do, in a sentence. */
  readonly text: string;
  /** A layout, where the step is one; `of` stands for the data set. */
  readonly code?: string;
}

/** A verdict, why, and the protocol to use. */
export interface Judgement {
  /** In a word. */
  readonly verdict: Verdict;
  /** Sentences. */
  readonly reasons: readonly string[];
  /** What to do about it, in order. */
  readonly protocol: readonly Step[];
}

/** What is judged. */
export interface Findings {
  /** Null: there are too few sources to learn and to ask. */
  readonly probes: PropertyProbes | null;
  readonly groups: readonly GroupRow[];
  /** Null: pictures were not looked at. */
  readonly twins: TwinTable | null;
  readonly gaps: readonly SpectrumGap[];
}

/** An AUC from here on gives a detector a lead that published gains are smaller than. */
const STRONG = 0.6;

/** And so does this share of a split that stands in an earlier one. */
const MANY = 0.01;

/** JPEG quality to store images anew where photographs have none: that of most of ImageNet. */
const USUAL_QUALITY = 96;

/** Judges what was found. */
export function judge(found: Findings): Judgement {
  const parts = [metadataPart(found), twinsPart(found.twins), spectraPart(found.gaps)];
  const rank: readonly Verdict[] = ["unbiased", "doubtful", "biased"];
  const worst = Math.max(...parts.map(({ verdict }) => rank.indexOf(verdict)));
  const protocol = parts.flatMap((part) => part.protocol);
  return {
    verdict: rank[worst],
    reasons: parts.flatMap(({ reasons }) => reasons),
    protocol: [
      ...protocol,
      ...protocol.some(({ code }) => code !== undefined)
        ? [{ text: "Audit the aligned view as well before training on it: its probe should hold 0.5." }]
        : [],
    ],
  };
}

/** Whether a property tells photographs from fakes. */
function tells(probes: PropertyProbes, property: keyof PropertyProbes): boolean {
  return probes[property].low > 0.5;
}

function metadataPart({ probes, groups }: Findings): Judgement {
  if (probes === null) {
    const reason =
      "Photographs or fakes come from fewer than two sources, so that no probe could be learned and asked.";
    return { verdict: "doubtful", reasons: [reason], protocol: [] };
  }
  const { value } = probes.all;
  const interval = fixedInterval(value, probes.all, 3);
  if (!tells(probes, "all")) {
    return {
      verdict: "unbiased",
      reasons: [`Headers do not tell fakes from photographs: the probe's AUC is ${interval}.`],
      protocol: [],
    };
  }
  const alone = (["format", "quality", "size", "depth"] as const).filter((property) => tells(probes, property));
  const each = alone.map((property) => `${names[property]} ${probes[property].value.toFixed(3)}`).join(", ");
  return {
    verdict: value >= STRONG ? "biased" : "doubtful",
    reasons: [
      `Headers alone tell fakes from photographs: the probe's AUC is ${interval}` +
      `${each === "" ? "" : `; of single properties ${each}`}.`,
    ],
    protocol: alignment(probes, groups),
  };
}

const names = { format: "format", quality: "JPEG quality", size: "width and height", depth: "bit depth" } as const;

/** The aligned view, one layout around the other: first how images are stored, then which are taken. */
function alignment(probes: PropertyProbes, groups: readonly GroupRow[]): Step[] {
  const steps: Step[] = [];
  const by: string[] = [];
  let base = "of";
  const taking = (property: string): string => {
    by.push(`"${property}"`);
    return `matched({ ${base === "of" ? "of" : `of: ${base}`}, by: [${by.join(", ")}] })`;
  };
  if ((["format", "quality", "depth"] as const).some((property) => tells(probes, property))) {
    const { only, quality } = storing(groups);
    base = only ? `reencoded({ of, only: "fake", quality: ${quality} })` : `reencoded({ of, quality: ${quality} })`;
    steps.push({
      text: only
        ? `Photographs are JPEG and fakes are not: store the fakes as most photographs are, at quality ${quality}.`
        : `Store all images alike, at quality ${quality}; what coarser compression has left in some stays visible, so ` +
          "report robustness under compress() too.",
      code: base,
    });
    if (only) steps.push({ text: "Then take photographs of that quality alone.", code: taking("quality") });
  }
  if (tells(probes, "size")) {
    steps.push({
      text: "Take as many photographs as fakes of each size, and see them through crop(), which does not resize.",
      code: taking("size"),
    });
  }
  return steps;
}

/** Whether fakes alone are to be stored anew, and at which quality: where most photographs have one in common. */
function storing(groups: readonly GroupRow[]): { readonly only: boolean; readonly quality: number } {
  const share = (label: string): number => {
    const own = groups.filter((group) => group.label === label);
    const jpeg = own.reduce((sum, { qualities }) => sum + Object.values(qualities).reduce((a, b) => a + b, 0), 0);
    return jpeg / own.reduce((sum, { images }) => sum + images, 0);
  };
  const counts = new Map<number, number>();
  for (const { label, qualities } of groups) {
    if (label !== "real") continue;
    for (const [quality, count] of Object.entries(qualities)) {
      counts.set(Number(quality), (counts.get(Number(quality)) ?? 0) + count);
    }
  }
  const [usual, count] = [...counts].reduce((most, one) => one[1] > most[1] ? one : most, [USUAL_QUALITY, 0]);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { only: share("real") > 0.95 && share("fake") < 0.05 && 2 * count > all, quality: usual };
}

function twinsPart(twins: TwinTable | null): Judgement {
  if (twins === null) {
    const reason = "Pictures were not compared: whether images stand in two splits is not known.";
    return { verdict: "doubtful", reasons: [reason], protocol: [] };
  }
  if (twins.splits.length < 2) return { verdict: "unbiased", reasons: [], protocol: [] };
  const met = twins.splits.filter(({ exact, near }) => exact + near > 0);
  if (met.length === 0) {
    return { verdict: "unbiased", reasons: ["No image stands in two splits, as it is or nearly."], protocol: [] };
  }
  return {
    verdict: met.some(({ exact, near, images }) => exact + near >= MANY * images) ? "biased" : "doubtful",
    reasons: met.map(({ split, exact, near, images }) =>
      `Of ${
        plural(images, "image")
      } of ${split}, ${exact} stand in an earlier split as they are and ${near} nearly so ` +
      `(${percent((exact + near) / images)} %).`
    ),
    protocol: [{
      text: "Leave the images of later splits out that stand in earlier ones; --json lists them as twins. Or report " +
        "results on seen and unseen images apart.",
    }],
  };
}

function spectraPart(gaps: readonly SpectrumGap[]): Judgement {
  const coarse = gaps.filter((gap) => differs(gap, "coarse"));
  const fine = gaps.filter((gap) => differs(gap, "fine"));
  const told = (of: readonly SpectrumGap[], where: "coarse" | "fine"): string =>
    of.map((gap) => `${gap.name} by ${gap[where].toFixed(1)} dB`).join(", ");
  const reasons: string[] = [];
  const protocol: Step[] = [];
  if (coarse.length > 0) {
    reasons.push(`Photographs and fakes show unlike things: their coarse detail differs, ${told(coarse, "coarse")}.`);
    protocol.push({
      text: "Test on fakes that show what the photographs show too, as reconstructions of them: re-encoding does not " +
        "mend this.",
    });
  }
  if (fine.length > 0) {
    reasons.push(
      `Fine detail differs, ${
        told(fine, "fine")
      }: the generator's own trace, or how images were resized and compressed ` +
        "before.",
    );
    protocol.push({ text: "Report results under compress() and blur() beside the plain ones, to tell the two apart." });
  }
  // what a generator leaves in fine detail is what detectors are for; unlike content is not
  return { verdict: coarse.length > 0 ? "doubtful" : "unbiased", reasons, protocol };
}
