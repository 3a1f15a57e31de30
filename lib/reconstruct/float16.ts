/**
 * Numbers of 16 bits (IEEE 754 binary16), as ONNX Runtime is handed them: their bits. Rounding is to the nearest, ties to
 * even; what is beyond 65,504 becomes infinite.
 */

/**
 * The bits of numbers in 16 bits.
 *
 * @param into room for as many, to be written into
 */
export function toFloat16(numbers: ArrayLike<number>, into: Uint16Array): Uint16Array {
  new Float16Array(into.buffer, into.byteOffset, into.length).set(numbers);
  return into;
}

/** Numbers of their bits in 16. */
export function fromFloat16({ buffer, byteOffset, length }: Uint16Array): Float32Array {
  return new Float32Array(new Float16Array(buffer, byteOffset, length));
}
