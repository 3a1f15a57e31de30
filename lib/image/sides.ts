/**
 * Refuses a size that no image can have.
 *
 * @throws {RangeError} when a side is not a whole number of pixels ≥ 1
 */
export function checkSides(width: number, height: number): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`Cannot resize to ${width} × ${height}: expected whole numbers of pixels from 1`);
    }
  }
}
