/** Which corruptions are tried: grids of single steps and of combinations, and the protocols that stand side by side. */
import { type Corruption, corruptionName, type Step } from "./corruption.ts";

/** Strengths to try of each step. */
export type RobustnessAxes = { readonly [S in Step]?: readonly number[] };

/** What pictures commonly go through: stored anew, made smaller or larger, softened, grained, cut, brought to one size. */
export const robustnessAxes: RobustnessAxes = {
  crop: [0.9, 0.75, 0.5],
  scale: [0.5, 0.75, 1.25, 1.5],
  resize: [256],
  blur: [0.5, 1, 2, 3],
  noise: [2, 4, 8, 16],
  jpeg: [95, 85, 75, 65, 50],
};

/**
 * The corruptions of a robustness grid: one axis at a time, or with `cross` every combination of all axes, in each of
 * which a step may also be left out.
 *
 * @throws as {@linkcode corruptionName}
 */
export function robustnessGrid(
  axes: RobustnessAxes = robustnessAxes,
  { cross = false }: { readonly cross?: boolean } = {},
): Corruption[] {
  const named = Object.entries(axes) as [Step, readonly number[]][];
  let made: Corruption[] = cross ? [{}] : named.flatMap(([step, values]) => values.map((value) => ({ [step]: value })));
  for (const [step, values] of cross ? named : []) {
    made = made.flatMap((one) => [one, ...values.map((value) => ({ ...one, [step]: value }))]);
  }
  const grid = made.filter((one) => Object.keys(one).length > 0);
  for (const one of grid) corruptionName(one);
  return grid;
}

/**
 * The protocols that tell a detector of generators from one of JPEG, beside images as they are: fakes stored as JPEG of
 * quality 96, as most photographs of ImageNet are (Grommelt et al. 2024), and all images stored anew alike.
 */
export const protocols: readonly Corruption[] = [{ jpeg: 96, only: "fake" }, { jpeg: 96 }];
