/** Bytes of a file as a reader of headers sees them: any stretch, whether or not the one before it was read. */
export interface Peek {
  /**
   * `length` bytes from `offset` on.
   *
   * @throws {Beyond} when some of them are not known
   */
  bytes(offset: number, length: number): DataView;
}

/** A stretch that was asked for and is not known. */
export class Beyond extends Error {
  override readonly name = "Beyond";
  constructor(readonly offset: number, readonly length: number) {
    super(`bytes ${offset} to ${offset + length} are not there`);
  }
}

/** Stretches of a file that were read. */
export interface Window {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Looks at the stretches that were read. */
export function peekInto(windows: readonly Window[]): Peek {
  return {
    bytes(offset, length) {
      for (const { offset: at, bytes } of windows) {
        if (offset < at || offset + length > at + bytes.length) continue;
        return new DataView(bytes.buffer, bytes.byteOffset + offset - at, length);
      }
      throw new Beyond(offset, length);
    },
  };
}

/** Bytes as text, one character each. */
export function text(peek: Peek, offset: number, length: number): string {
  const view = peek.bytes(offset, length);
  let characters = "";
  for (let i = 0; i < length; i++) characters += String.fromCharCode(view.getUint8(i));
  return characters;
}
