/** The two kinds of training: what a step of each does. */
// B samples · H, W height and width · L latent channels
import {
  abs,
  add,
  addN,
  avgPool,
  clone,
  log,
  mean,
  mul,
  neg,
  relu,
  type Scalar,
  square,
  sub,
  type Tensor,
  tensor,
  type Tensor4D,
  tidy,
} from "../engine/ops.ts";
import { mapTree, type Tree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { highPass } from "../nn/high_pass.ts";
import { type AdamState, type AdamW, adamW, initAdam, updateAdamW } from "../optimizers/adamw.ts";
import { slopeOf } from "../optimizers/slope.ts";
import { stepBy, type Stepped } from "../optimizers/step.ts";
import { random } from "../random.ts";
import { cosine, cosineRate } from "../schedules/cosine.ts";
import type { LossValue } from "../types.ts";
import { fitAnalysis, fitCodes, type FixedParams, toCodewords, toLatents, toPixels } from "./autoencoder.ts";
import { drawCrops, toTensor } from "./crops.ts";
import { addNoise, detail, enlarged, levels, waveTensor } from "./diffusion.ts";
import type { DecoderCourse, DenoiserCourse } from "./generators.ts";
import {
  criticize,
  type CriticParams,
  type DecoderParams,
  denoise,
  type DenoiserParams,
  initCritic,
  initDecoder,
  initDenoiser,
  seededWeights,
} from "./networks.ts";

/** A network in training. */
export type Learner<P extends Tree> = { readonly params: P; readonly state: AdamState<P> };

/** Everything that a training changes from step to step, and what it leaves alone. */
export type DecoderState = {
  readonly fixed: FixedParams;
  readonly decoder: Learner<DecoderParams>;
  /** None or one. */
  readonly critic: readonly Learner<CriticParams>[];
};

/** As {@linkcode DecoderState}. */
export type DenoiserState = {
  /** None or one: how latents are made. */
  readonly fixed: readonly FixedParams[];
  readonly denoiser: Learner<DenoiserParams>;
};

/** What a step gives: the state after it, and the mean squared error before it (of pixels, or of the noise). */
export interface Advance<S> {
  readonly state: S;
  readonly error: number;
}

const plain = adamW({ decay: 0, beta2: 0.99 });
/** A critic forgets faster, as is usual (Radford et al. 2016). */
const restless = adamW({ decay: 0, beta1: 0.5, beta2: 0.9 });

/** What a training is given beside its course. */
export interface Material {
  /** Training photographs only. */
  readonly photographs: readonly Image[];
  readonly seed: number;
  /** Name of the course: its streams of random numbers are its own. */
  readonly name: string;
  /** Weights of a denoiser to begin with, which stay the caller's; null: fresh ones. */
  readonly start: DenoiserParams | null;
}

function initLearner<P extends Tree>(spec: AdamW, params: P): Learner<P> {
  return { params, state: initAdam(spec, params) };
}

/** One step of a network without buffers; consumes `at.params` and `at.state`. */
function learn<P extends Tree>(
  spec: AdamW,
  loss: (params: P) => LossValue,
  at: Learner<P> & { readonly rate: number; readonly step: number },
): Pick<Stepped<P, AdamState<P>>, "params" | "state" | "value"> {
  const slope = slopeOf((params: P) => ({ value: loss(params), buffers: {} }));
  return stepBy<AdamW, P, AdamState<P>>(updateAdamW, { spec, slope, at });
}

/** What is fitted: the same for every course with as many components and codewords. */
function fit(
  { latent, block, codes }: { latent: number; block: number; codes: number | null },
  { photographs, seed }: Material,
): FixedParams {
  const crops = drawCrops(photographs, { count: 600, size: 32 }, random(seed, "analysis"));
  const fixed = fitAnalysis(crops, { latent, block });
  return codes === null ? fixed : fitCodes(crops, { fixed, codes, random: random(seed, "codebooks") });
}

/** A decoder before its first step. */
export function initDecoderState(course: DecoderCourse, material: Material): DecoderState {
  const weights = (network: string) => seededWeights(material.seed, `${material.name}.${network}`);
  return {
    fixed: fit(course, material),
    decoder: initLearner(plain, initDecoder(course, weights("decoder"))),
    critic: course.critic === null ? [] : [initLearner(restless, initCritic({ width: 24 }, weights("critic")))],
  };
}

/** A denoiser before its first step. */
export function initDenoiserState(course: DenoiserCourse, material: Material): DenoiserState {
  const { latent, block, enlarges, widths } = course;
  const weights = seededWeights(material.seed, `${material.name}.denoiser`);
  const params = material.start === null
    ? initDenoiser({ channels: latent ?? 3, beside: enlarges === null ? 0 : 3, widths }, weights)
    : mapTree(material.start, (leaf) => clone(leaf));
  return {
    fixed: latent === null ? [] : [fit({ latent, block, codes: null }, material)],
    denoiser: initLearner(plain, params),
  };
}

/**
 * One step of a decoder; consumes `state`.
 *
 * The loss is the absolute error, a fifth of that of the high-passed pictures, a twentieth of the difference of the
 * logarithms of their local energy, which keeps texture alive where it cannot be guessed, and the critic's hinge loss.
 *
 * @param step counted from 1
 */
export function stepDecoder(
  course: DecoderCourse,
  state: DecoderState,
  { step, ...material }: Material & { step: number },
): Advance<DecoderState> {
  const draw = random(material.seed, material.name, step);
  const { x_BHW3, z_BHWL } = tidy(() => {
    const x_BHW3 = toTensor(drawCrops(material.photographs, { count: course.batch, size: course.crop }, draw));
    const exact_BHWL = toLatents(state.fixed.analysis, x_BHW3);
    if (course.codes !== null) return { x_BHW3, z_BHWL: toCodewords(state.fixed, exact_BHWL) };
    const noise_BHWL = tensor(draw.normals(exact_BHWL.size), exact_BHWL.shape);
    return { x_BHW3, z_BHWL: add(exact_BHWL, mul(noise_BHWL, course.noise)) as Tensor4D };
  });
  const picture = (decoder: DecoderParams) => toPixels({ ...state.fixed, decoder }, z_BHWL, course.skip);
  const judged = course.critic !== null && step > course.critic.from * course.steps;
  let critic = state.critic;
  if (judged) {
    const y_BHW3 = tidy(() => picture(state.decoder.params));
    const judgement = (params: CriticParams): LossValue => ({
      total: add(
        mean(relu(sub(1, criticize(params, x_BHW3)))),
        mean(relu(add(1, criticize(params, y_BHW3)))),
      ) as Scalar,
      terms: {},
    });
    const own = step - Math.floor(course.critic.from * course.steps);
    const learned = learn(restless, judgement, { ...state.critic[0], rate: course.critic.rate, step: own });
    critic = [{ params: learned.params, state: learned.state }];
    learned.value.total.dispose();
    y_BHW3.dispose();
  }
  const objective = (decoder: DecoderParams): LossValue => {
    const y_BHW3 = picture(decoder);
    const fine = [highPass(x_BHW3), highPass(y_BHW3)] as const;
    const terms: Tensor[] = [
      mean(abs(sub(y_BHW3, x_BHW3))),
      mul(mean(abs(sub(fine[1], fine[0]))), 0.2),
      mul(mean(abs(sub(localEnergy(fine[1]), localEnergy(fine[0])))), 0.05),
    ];
    if (judged) terms.push(mul(neg(mean(criticize(critic[0].params, y_BHW3))), course.critic.weight));
    return { total: addN(terms) as Scalar, terms: { error: mean(square(sub(y_BHW3, x_BHW3))) as Scalar } };
  };
  const learned = learn(plain, objective, { ...state.decoder, rate: rateAt(course, step), step });
  x_BHW3.dispose();
  z_BHWL.dispose();
  return {
    state: { ...state, decoder: { params: learned.params, state: learned.state }, critic },
    error: read(learned),
  };
}

/**
 * One step of a denoiser; consumes `state`. The loss is the mean squared error of the guessed noise (Ho et al. 2020,
 * eq. 14).
 *
 * @param step counted from 1
 */
export function stepDenoiser(
  course: DenoiserCourse,
  state: DenoiserState,
  { step, ...material }: Material & { step: number },
): Advance<DenoiserState> {
  const draw = random(material.seed, material.name, step);
  const at = Array.from({ length: course.batch }, () => draw.integer(Math.round(course.strongest * levels)));
  const { z_BHWC, noise_BHWC, wave_BE, beside } = tidy(() => {
    const x_BHW3 = toTensor(drawCrops(material.photographs, { count: course.batch, size: course.crop }, draw));
    const beside = course.enlarges === null ? [] : [enlarged(x_BHW3)];
    const fine_BHW3 = course.enlarges === null ? x_BHW3 : detail(x_BHW3, beside[0], course.enlarges);
    const x_BHWC = course.latent === null ? fine_BHW3 : toLatents(state.fixed[0].analysis, x_BHW3);
    const noise_BHWC = tensor(draw.normals(x_BHWC.size), x_BHWC.shape) as Tensor4D;
    return { z_BHWC: addNoise(x_BHWC, noise_BHWC, at), noise_BHWC, wave_BE: waveTensor(at), beside };
  });
  const beside_BHWD = beside[0] ?? null;
  const objective = (params: DenoiserParams): LossValue => {
    const error = mean(square(sub(denoise(params, z_BHWC, { wave_BE, beside_BHWD }), noise_BHWC))) as Scalar;
    return { total: error, terms: { error } };
  };
  const learned = learn(plain, objective, { ...state.denoiser, rate: rateAt(course, step), step });
  for (const each of [z_BHWC, noise_BHWC, wave_BE, ...beside]) each.dispose();
  return { state: { ...state, denoiser: { params: learned.params, state: learned.state } }, error: read(learned) };
}

function rateAt({ rate, steps }: { rate: number; steps: number }, step: number): number {
  const warmup = Math.min(50, steps / 10);
  const curve = cosine({ period: steps - warmup, floor: rate / 100, warmup, every: "step" });
  return cosineRate(curve, rate, { epoch: Math.min(step, steps) });
}

/** Logarithm of the mean square in every block of 8 × 8 pixels. */
function localEnergy(x_BHW3: Tensor4D): Tensor {
  return log(add(avgPool(square(x_BHW3), 8, 8, "valid"), 1e-4));
}

function read({ value }: { value: LossValue }): number {
  const error = value.terms.error.dataSync()[0];
  for (const scalar of [value.total, ...Object.values(value.terms)]) if (!scalar.isDisposed) scalar.dispose();
  return error;
}
