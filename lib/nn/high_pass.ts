// B samples · H, W height and width · C channels
import { add, concat, mul, slice, sub, type Tensor4D, tidy } from "../engine/ops.ts";

/**
 * What a 3 × 3 binomial blur takes away: x − (1, 2, 1)ᵀ(1, 2, 1)/16 ∗ x, mirrored at the border without repeating
 * it. [B, H, W, C] → [B, H, W, C]; flat areas become 0.
 *
 * @throws {TypeError} when a side is shorter than 2 pixels, since it has nothing to mirror
 *
 * Source: the smallest symmetric member of the residual filters used in steganalysis (rich models, Fridrich and
 * Kodovský 2012).
 */
export function highPass(x_BHWC: Tensor4D): Tensor4D {
  const [, height, width] = x_BHWC.shape;
  if (height < 2 || width < 2) {
    throw new TypeError(`Cannot filter images of ${height} × ${width} pixels: expected at least 2 × 2`);
  }
  return tidy(() => sub(x_BHWC, blurAlong(blurAlong(x_BHWC, 1), 2)));
}

/** (1, 2, 1)/4 along one axis. Slices instead of `mirrorPad`, which has no gradient in TensorFlow.js 4.22. */
function blurAlong(x: Tensor4D, axis: 1 | 2): Tensor4D {
  const length = x.shape[axis];
  const part = (begin: number, size: number): Tensor4D => {
    const from = [0, 0, 0, 0] as [number, number, number, number];
    const extent = [...x.shape] as [number, number, number, number];
    from[axis] = begin;
    extent[axis] = size;
    return slice(x, from, extent);
  };
  const before = concat([part(1, 1), part(0, length - 1)], axis);
  const after = concat([part(1, length - 1), part(length - 2, 1)], axis);
  return add(mul(x, 0.5), mul(add(before, after), 0.25));
}
