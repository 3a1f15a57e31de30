/**
 * The small generators of the pocket world: what each is, how it is trained and how it makes fakes. Data only; the
 * numbers here decide every weight and every fake.
 */
import type { Doubling } from "./networks.ts";

/** What every training says. */
interface Course {
  readonly steps: number;
  /** Crops a step. */
  readonly batch: number;
  /** Side of a crop, in pixels. */
  readonly crop: number;
  /** Largest learning rate of AdamW; it rises over 50 steps and falls to almost nothing along a cosine. */
  readonly rate: number;
}

/** How a decoder learns to turn latents into pictures. */
export interface DecoderCourse extends Course {
  readonly kind: "decoder";
  /** Side in pixels of the block that becomes one latent; a power of 2. */
  readonly block: number;
  /** Principal components of a block. */
  readonly latent: number;
  /** Codewords for each three components, or null: latents of any value. */
  readonly codes: number | null;
  /** Channels at each size, the size of the latents first, the picture's last. */
  readonly widths: readonly number[];
  readonly doubling: Doubling;
  /** Whether it adds to the linear picture or makes the whole. */
  readonly skip: boolean;
  /** Standard deviation of the noise on the latents, so that it copes with what a denoiser leaves; not with codes. */
  readonly noise: number;
  /** Weight of a critic of neighbourhoods, who joins after a share of the steps; null: none. */
  readonly critic: { readonly weight: number; readonly from: number; readonly rate: number } | null;
}

/** How a denoiser learns to tell noise from signal. */
export interface DenoiserCourse extends Course {
  readonly kind: "denoiser";
  /** Latents of so many components, or null: pixels. */
  readonly latent: number | null;
  /** Side in pixels of the block that becomes one latent. */
  readonly block: number;
  /**
   * Null, or super-resolution: it also sees the picture at half its size, enlarged again, and what is noised is the
   * detail that is missing there, times this factor.
   */
  readonly enlarges: number | null;
  /** The training whose weights it begins with, null: fresh ones. */
  readonly from: string | null;
  /** Channels at each size, the largest first. */
  readonly widths: readonly number[];
  /** Share of the noise levels that it learns, the weaker ones: none of the others is used. */
  readonly strongest: number;
}

/** The trainings by the name of their weights, in the order in which they are run. */
export const courses = {
  "latent-nearest-decoder": decoder({ skip: true, critic: { weight: 0.01, from: 0.35, rate: 5e-4 } }),
  "latent-denoiser": denoiser({ latent: 12, widths: [64, 96], crop: 64, steps: 2000 }),
  "latent-denoiser-retrained": denoiser({
    latent: 12,
    widths: [64, 96],
    crop: 64,
    steps: 1000,
    rate: 1e-3,
    from: "latent-denoiser",
  }),
  "latent-noskip-decoder": decoder({ steps: 1000 }),
  "quantised-transposed-decoder": decoder({ codes: 128, doubling: "transposed-4", steps: 1000 }),
  "latent-shuffle-decoder": decoder({
    block: 8,
    latent: 40,
    widths: [64, 64, 64, 32],
    doubling: "shuffle",
    skip: true,
    critic: { weight: 0.01, from: 0.35, rate: 5e-4 },
    steps: 1000,
  }),
  "latent-shuffle-denoiser": denoiser({ latent: 40, block: 8, widths: [96, 128], crop: 64, steps: 2000 }),
  "pixel-denoiser": denoiser({ latent: null, widths: [32, 64, 96], crop: 32, steps: 1200 }),
  "enlarging-denoiser": denoiser({
    latent: null,
    enlarges: 8,
    widths: [32, 64, 96],
    crop: 32,
    steps: 1500,
    strongest: 0.9,
  }),
  "gan-transposed-decoder": decoder({
    latent: 8,
    doubling: "transposed",
    steps: 1000,
    critic: { weight: 0.04, from: 0.35, rate: 5e-4 },
  }),
} as const satisfies Readonly<Record<string, DecoderCourse | DenoiserCourse>>;

/** Name of a training and of its weights. */
export type CourseName = keyof typeof courses;

/** How fakes are made from photographs. */
export type Recipe =
  | {
    /** Noise on the latents, removed again; the decoder makes the picture. */
    readonly kind: "latent";
    readonly decoder: CourseName;
    readonly denoiser: CourseName;
    readonly strength: number;
    readonly steps: number;
  }
  | {
    /** Noise on the pixels, removed again. */
    readonly kind: "pixel";
    readonly denoiser: CourseName;
    readonly strength: number;
    readonly steps: number;
  }
  | {
    /** The decoder alone, on latents into which those of another photograph are mixed. */
    readonly kind: "mix";
    readonly decoder: CourseName;
    /** Share of the other photograph. */
    readonly share: number;
  };

/** A generator: prose and recipe. */
export interface Generator {
  readonly about: string;
  readonly fakes: Recipe;
}

/** The generators by id; the first is the one that is trained on. */
export const generators = {
  "latent-nearest": {
    about: "latent diffusion; the decoder doubles by copying pixels, adds to the linear picture and met a critic",
    fakes: {
      kind: "latent",
      decoder: "latent-nearest-decoder",
      denoiser: "latent-denoiser",
      strength: 0.2,
      steps: 10,
    },
  },
  "latent-retrained": {
    about: "the same decoder; the denoiser was trained on, and the noise is stronger",
    fakes: {
      kind: "latent",
      decoder: "latent-nearest-decoder",
      denoiser: "latent-denoiser-retrained",
      strength: 0.25,
      steps: 14,
    },
  },
  "latent-noskip": {
    about: "latent diffusion with the same latents and denoiser; the decoder makes the whole picture and met no critic",
    fakes: { kind: "latent", decoder: "latent-noskip-decoder", denoiser: "latent-denoiser", strength: 0.15, steps: 10 },
  },
  "quantised-transposed": {
    about:
      "the same denoiser; latents are rounded to codewords, a decoder of transposed convolutions makes the picture",
    fakes: {
      kind: "latent",
      decoder: "quantised-transposed-decoder",
      denoiser: "latent-denoiser",
      strength: 0.12,
      steps: 10,
    },
  },
  "latent-shuffle": {
    about: "latent diffusion on blocks twice as large; the decoder doubles by pixel shuffle and met a critic",
    fakes: {
      kind: "latent",
      decoder: "latent-shuffle-decoder",
      denoiser: "latent-shuffle-denoiser",
      strength: 0.12,
      steps: 10,
    },
  },
  "pixel-ddpm": {
    about: "diffusion on pixels",
    fakes: { kind: "pixel", denoiser: "pixel-denoiser", strength: 0.2, steps: 6 },
  },
  "superres-diffusion": {
    about: "diffusion on pixels that enlarges a picture of half the size: its detail comes from almost pure noise",
    fakes: { kind: "pixel", denoiser: "enlarging-denoiser", strength: 0.9, steps: 12 },
  },
  "gan-transposed": {
    about: "a decoder of transposed convolutions trained against a strong critic, on mixed latents",
    fakes: { kind: "mix", decoder: "gan-transposed-decoder", share: 0.15 },
  },
} as const satisfies Readonly<Record<string, Generator>>;

/** Id of a generator. */
export type GeneratorId = keyof typeof generators;

/** The generator whose fakes are trained on, and which makes the reconstructions. */
export const trainedOn = "latent-nearest" satisfies GeneratorId;

/** How it reconstructs: its own recipe with next to no noise. */
export const reconstruction = {
  ...generators[trainedOn].fakes,
  strength: 0.04,
  steps: 2,
} as const satisfies Recipe;

/** Everything that decides what a generator makes of a picture, beside the weights. */
export function makingOf(id: GeneratorId): { readonly fakes: Recipe; readonly reconstruction: Recipe | null } {
  return { fakes: generators[id].fakes, reconstruction: id === trainedOn ? reconstruction : null };
}

function decoder(changes: Partial<DecoderCourse>): DecoderCourse {
  const usual = { block: 4, latent: 12, codes: null, widths: [64, 64, 32], doubling: "nearest" } as const;
  const learning = { skip: false, noise: 0.04, critic: null, steps: 1200, batch: 16, crop: 32, rate: 2e-3 } as const;
  return { kind: "decoder", ...usual, ...learning, ...changes };
}

function denoiser(
  given: Pick<DenoiserCourse, "latent" | "widths" | "crop" | "steps"> & Partial<DenoiserCourse>,
): DenoiserCourse {
  const usual = { block: 4, enlarges: null, from: null } as const;
  return { kind: "denoiser", ...usual, batch: 16, rate: 2e-3, strongest: 0.4, ...given };
}
