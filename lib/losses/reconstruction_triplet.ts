// B samples · D embedding width · N quadruples: a real row, its reconstruction, a fake row, its reconstruction
import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, mean, relu, type Scalar, slice, sub, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { squaredDistances, unitRows } from "./pairs.ts";
import { countRows, told } from "./rows.ts";

/** The reconstruction term of dual-loss learning. */
export interface ReconstructionTriplet extends Part<"reconstructionTriplet"> {
  /** λ, factor of this term in the total; ≥ 0. */
  readonly weight: number;
  /** γ, by how much one distance must exceed the other; squared L2 distance of unit vectors, 0…4. */
  readonly margin: number;
  /**
   * `"stated"`: real rows move away from their reconstructions, fake rows towards theirs, which is the aim that the
   * write-up states (its printed formula read with x = fake). `"printed"`: the two exchanged (x = real).
   */
  readonly orientation: "stated" | "printed";
}

/** Defines a reconstruction term. */
export const reconstructionTriplet: Maker<ReconstructionTriplet> = part("reconstructionTriplet", {
  weight: 1,
  margin: 0.5,
  orientation: "stated",
}, {
  check({ weight, margin, orientation }) {
    checkNumber("reconstructionTriplet.weight", weight, { from: 0 });
    checkNumber("reconstructionTriplet.margin", margin, { from: 0, to: 4 });
    checkChoice("reconstructionTriplet.orientation", orientation, ["stated", "printed"]);
  },
});

/**
 * Mean of max(‖fake − fakeRec‖² − ‖real − realRec‖² + γ, 0) over the batch's quadruples, on unit embeddings; with
 * `printed` the two distances are exchanged.
 *
 * @param input `embedding` [B, D], not yet normalised; row i of each group belongs to quadruple i
 * @returns scalar, not yet weighted
 * @throws {RangeError} when the four groups are not equally many, at least one each
 *
 * Source: the reconstruction equation of the dual-loss write-up, which leaves open what x and y are. With a
 * contrastive margin of 0, real rows and their reconstructions soon stand further apart than γ and `stated` has
 * nothing left to do; `printed` keeps working against that.
 */
export function reconstructionTripletLoss(spec: ReconstructionTriplet, input: LossInput): Scalar {
  const { groups } = input;
  countRows("reconstruction", input);
  const n = groups.real;
  if (n === 0 || groups.fake !== n || groups.realRec !== n || groups.fakeRec !== n) {
    throw new RangeError(
      `Cannot take the reconstruction loss: the batch has ${
        told(groups)
      }, expected equally many of each, at least 1; ` +
        `reconstruct both classes`,
    );
  }
  return tidy(() => {
    const unit_BD = unitRows(input.embedding);
    const group = (i: number) => slice(unit_BD, [i * n, 0], [n, unit_BD.shape[1]]);
    const real_N = squaredDistances(group(0), group(2));
    const fake_N = squaredDistances(group(1), group(3));
    const [near_N, far_N] = spec.orientation === "stated" ? [fake_N, real_N] : [real_N, fake_N];
    return mean<Scalar>(relu(add(sub(near_N, far_N), spec.margin)));
  });
}
