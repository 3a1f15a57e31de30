/** What a network predicts: the noise, the velocity or the image, and how each tells the others. */

/** The image and the noise as sums of the sample x and the prediction p: each is a·x + b·p. */
export interface Conversion {
  readonly image: readonly [x: number, p: number];
  readonly noise: readonly [x: number, p: number];
}

/** What a network was trained to predict, in diffusers' words. */
export type PredictionType = "epsilon" | "v_prediction" | "sample";

/**
 * The conversion where a share ᾱ of the sample's variance is signal: x = √ᾱ · image + √(1 − ᾱ) · noise, and
 * v = √ᾱ · noise − √(1 − ᾱ) · image (Salimans and Ho 2022).
 *
 * @throws {RangeError} when the prediction does not tell the image there: noise where nothing but noise is left
 */
export function conversion(type: PredictionType, signal: number, at: number): Conversion {
  const [a, b] = [Math.sqrt(signal), Math.sqrt(1 - signal)];
  if (type === "v_prediction") return { image: [a, -b], noise: [b, a] };
  if (type === "epsilon" && a > 0) return { image: [1 / a, -b / a], noise: [0, 1] };
  if (type === "sample" && b > 0) return { image: [0, 1], noise: [1 / b, -a / b] };
  const { gone, told, remedy } = a === 0
    ? { gone: "the image", told: "noise", remedy: "set rescale_betas_zero_snr of the scheduler to false" }
    : { gone: "the noise", told: "the image", remedy: "set set_alpha_to_one of the scheduler to false" };
  throw new RangeError(
    `Cannot step at timestep ${at}: the scheduler leaves nothing of ${gone} there, which a network that predicts ` +
      `${told} (prediction_type "${type}") does not tell. Expected "v_prediction"; with another network, ${remedy}`,
  );
}
