/** The five systems by name: their recipes at full size, their ablations on the pocket world, and what each claims. */
import { derive, type Experiment } from "../mod.ts";
import type { Claim } from "../lib/report/claims.ts";
import * as alignedForensics from "./aligned.ts";
import * as drct from "./drct.ts";
import * as dualLoss from "./dual_loss.ts";
import * as lare from "./lare.ts";
import { methods } from "./pocket.ts";
import * as robustClip from "./robust_clip.ts";
import type { Published } from "./variants.ts";

export type { Claim };

/** A system. */
export interface System {
  readonly title: string;
  /** Its file, from the repository's root. */
  readonly file: string;
  /** The published recipe at full size. */
  readonly recipe: () => Experiment;
  readonly published: Published;
  /** The headline ablation on the pocket world, by the names of its variants. */
  readonly pocket: Readonly<Record<string, (free?: { readonly seed?: number }) => Experiment>>;
  /** Two variants of it whose paired difference answers the system's first claim. */
  readonly question: { readonly of: string; readonly against: string };
  readonly claims: readonly Claim[];
}

type Maker = (free?: { readonly seed?: number }) => Experiment;

/** Variants of full size on the pocket world, made when asked for. */
function small(
  onPocket: (published: Experiment) => Experiment,
  variants: Readonly<Record<string, Maker>>,
): System["pocket"] {
  return Object.fromEntries(Object.entries(variants).map(([name, make]) => [name, (free) => onPocket(make(free))]));
}

/** The dual loss with its reconstruction term as the formula is printed; the other reading is the recipe's. */
function dualPrinted({ seed }: { readonly seed?: number } = {}): Experiment {
  return derive(dualLoss.onPocket(dualLoss.dual({ orientation: "printed", seed })), { name: "dual-printed" });
}

const { dual, ...before } = methods;

/** The five by the names that commands, results and notebooks have for them. */
export const systems = {
  "dual-loss": {
    title: "Dual-loss learning",
    file: "experiments/dual_loss.ts",
    recipe: () => dualLoss.dual(),
    published: {
      source: dualLoss.published.source,
      figures: Object.entries(dualLoss.published.accuracy).map(([variant, percent]) => ({
        ...{ variant, data: dualLoss.published.data, metric: "accuracy", percent },
      })),
    },
    pocket: { ...before, "dual-printed": dualPrinted, dual },
    question: { of: "dual", against: "contrastive-only" },
    claims: [
      {
        text: "A reconstruction term beside the contrastive one makes a better detector of unseen generators",
        ...{ of: "dual", against: "contrastive-only", metric: "accuracy", expected: "higher" },
      },
      {
        text:
          "The same of the term's formula as it is printed, with x the photograph, against what the text says of it",
        ...{ of: "dual-printed", against: "contrastive-only", metric: "accuracy", expected: "higher" },
      },
      {
        text: `With it fewer epochs are needed: ${dualLoss.published.epochs.dual} instead of ` +
          dualLoss.published.epochs["contrastive-only"],
        ...{ of: "dual", against: "contrastive-only", metric: "epochsToReach", expected: "lower" },
      },
      {
        text: "A contrastive term on reconstructions makes a better detector than taking them for more fakes",
        ...{ of: "contrastive-only", against: "with-reconstructions", metric: "accuracy", expected: "higher" },
      },
      {
        text: "The reconstruction term takes photographs further from their reconstructions",
        ...{ of: "dual", against: "contrastive-only", metric: "realDistance", expected: "higher" },
      },
      {
        text: "The reconstruction term takes fakes nearer to their reconstructions",
        ...{ of: "dual", against: "contrastive-only", metric: "fakeDistance", expected: "lower" },
      },
    ],
  },
  "drct": {
    title: "DRCT",
    file: "experiments/drct.ts",
    recipe: () => drct.drct(),
    published: drct.published,
    pocket: small(drct.onPocket, {
      "drct-plain": drct.plain,
      "drct": drct.drct,
    }),
    question: { of: "drct", against: "drct-plain" },
    claims: [
      {
        text: "Training on reconstructions with a contrastive term lets a detector know generators that it never saw",
        ...{ of: "drct", against: "drct-plain", metric: "accuracy", expected: "higher" },
      },
      {
        text: "What it learned of one data set it knows on another",
        ...{ of: "drct", against: "drct-plain", metric: "accuracy", expected: "higher" },
        undecidable:
          "it needs DRCT-2M, GenImage and reconstructions by Stable Diffusion, and the pocket world is one data set",
      },
    ],
  },
  "robust-clip": {
    title: "Robust CLIP",
    file: "experiments/robust_clip.ts",
    recipe: () => robustClip.robustClip(),
    published: {
      source: robustClip.published.source,
      figures: [
        { variant: "robust-clip", data: robustClip.published.data, metric: "auc", percent: robustClip.published.auc },
      ],
    },
    pocket: small(robustClip.onPocket, {
      "robust-clip-erm-without-sam": ({ seed } = {}) => robustClip.partly("erm", { flat: false, seed }),
      "robust-clip-both-without-sam": ({ seed } = {}) => robustClip.partly("both", { flat: false, seed }),
      "robust-clip": robustClip.robustClip,
    }),
    question: { of: "robust-clip", against: "robust-clip-erm-without-sam" },
    claims: [
      {
        text: "CVaR and AUC under SAM order images better than the mean cross-entropy does",
        ...{ of: "robust-clip", against: "robust-clip-erm-without-sam", metric: "auc", expected: "higher" },
      },
      {
        text: "A flat minimum adds to what the two terms give",
        ...{ of: "robust-clip", against: "robust-clip-both-without-sam", metric: "auc", expected: "higher" },
      },
      {
        text: "It orders nearly all images of ELSA_D3 rightly",
        ...{ of: "robust-clip", against: "robust-clip-erm-without-sam", metric: "auc", expected: "higher" },
        undecidable: "it needs ELSA_D3 and text that differs between the classes; here both have the same captions",
      },
    ],
  },
  "lare": {
    title: "LaRE²",
    file: "experiments/lare.ts",
    recipe: () => lare.lare(),
    published: lare.published,
    pocket: small(lare.onPocket, {
      "lare-no-map": lare.withoutMap,
      "lare": lare.lare,
      "dire": lare.dire,
    }),
    question: { of: "lare", against: "lare-no-map" },
    claims: [
      {
        text: "What a diffusion model gets wrong of an image refines CLIP's features to a better detector",
        ...{ of: "lare", against: "lare-no-map", metric: "accuracy", expected: "higher" },
      },
      {
        text: "The error of one step in latent space tells more than what a whole reconstruction lost",
        ...{ of: "lare", against: "dire", metric: "accuracy", expected: "higher" },
      },
      {
        text: "Its error costs an eighth of the time that DIRE's reconstruction takes",
        ...{ of: "lare", against: "dire", metric: "seconds", expected: "lower" },
        undecidable: "it needs a diffusion model of full size; what one so small takes says nothing of its cost",
      },
    ],
  },
  "aligned": {
    title: "AlignedForensics",
    file: "experiments/aligned.ts",
    recipe: () => alignedForensics.aligned(),
    published: alignedForensics.published,
    pocket: small(alignedForensics.onPocket, {
      "aligned-unpaired": alignedForensics.unpaired,
      "aligned-unsynced": alignedForensics.unsynced,
      "aligned": alignedForensics.aligned,
    }),
    question: { of: "aligned", against: "aligned-unpaired" },
    claims: [
      {
        text: "Photographs and their own round trips teach more than photographs and fakes of other content",
        ...{ of: "aligned", against: "aligned-unpaired", metric: "accuracy", expected: "higher" },
      },
      {
        text: "It helps to change a photograph and its round trip alike",
        ...{ of: "aligned", against: "aligned-unsynced", metric: "accuracy", expected: "higher" },
      },
      {
        text: "It can be trained on images by shaders and their round trips, without a photograph",
        ...{ of: "aligned", against: "aligned-unpaired", metric: "accuracy", expected: "higher" },
        undecidable: "it needs the shaders and their round trips; the pocket world holds photographs alone",
      },
    ],
  },
} as const satisfies Record<string, System>;

/** A system by its name. */
export type SystemName = keyof typeof systems;
