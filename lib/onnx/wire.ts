/**
 * Protocol buffers, as far as ONNX files and TensorBoard's need them: fields one behind the other, each with its number. A field is a list
 * of pieces, so that weights are copied once, into the finished file.
 *
 * Source: the encoding of protocol buffers (protobuf.dev/programming-guides/encoding).
 */

/** Pieces of bytes in the order in which they stand in the file. */
export type Pieces = readonly Uint8Array[];

const [VARINT, EIGHT, LENGTH, FOUR] = [0, 1, 2, 5];

const letters = new TextEncoder();

/** A field of a whole number, of a negative one as its complement of 64 bits. */
export function wholeField(field: number, value: number | bigint): Pieces {
  return [Uint8Array.from([...varint(field * 8 + VARINT), ...varint(value)])];
}

/** A field of a float32. */
export function floatField(field: number, value: number): Pieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from(varint(field * 8 + FOUR)), bytes];
}

/** A field of a float64. */
export function doubleField(field: number, value: number): Pieces {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [Uint8Array.from(varint(field * 8 + EIGHT)), bytes];
}

/** A field of a text. */
export function textField(field: number, value: string): Pieces {
  return nested(field, [letters.encode(value)]);
}

/** A field that holds other fields, or bytes as they are. */
export function nested(field: number, pieces: Pieces): Pieces {
  return [Uint8Array.from([...varint(field * 8 + LENGTH), ...varint(lengthOf(pieces))]), ...pieces];
}

/** How many bytes pieces have together. */
export function lengthOf(pieces: Pieces): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** All pieces as one. */
export function joined(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Seven bits a byte, the lowest first; all but the last have the eighth set. */
function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
