import type { ImageHeader } from "../header.ts";
import { type Peek, text } from "./peek.ts";

/** A box of ISO media: its name, where its content begins and where it ends. */
interface Box {
  readonly name: string;
  readonly from: number;
  readonly end: number;
}

/** What its boxes say of the picture that an AVIF file shows first; null when they are not well formed. */
export function avifHeader(peek: Peek): ImageHeader | null {
  const fileType = boxAt(peek, 0);
  const meta = findBox(peek, { from: fileType.end, end: Infinity }, "meta");
  const inMeta = { from: meta.from + 4, end: meta.end };
  const primary = findBox(peek, inMeta, "pitm");
  const wide = peek.bytes(primary.from, 1).getUint8(0) > 0;
  const item = wide ? peek.bytes(primary.from + 4, 4).getUint32(0) : peek.bytes(primary.from + 4, 2).getUint16(0);
  const shared = findBox(peek, inMeta, "iprp");
  const properties = [...boxesIn(peek, findBox(peek, shared, "ipco"))];
  const own = associated(peek, findBox(peek, shared, "ipma"), item).map((number) => properties[number - 1]);
  const named = (name: string): Box | undefined => own.find((box) => box?.name === name);
  const [extent, coding, rotation] = [named("ispe"), named("av1C"), named("irot")];
  if (extent === undefined) return null;
  const head = peek.bytes(extent.from + 4, 8);
  const turned = rotation !== undefined && (peek.bytes(rotation.from, 1).getUint8(0) & 1) === 1;
  const [across, down] = [head.getUint32(0), head.getUint32(4)];
  const alpha = properties.some((box) =>
    box.name === "auxC" && text(peek, box.from + 4, box.end - box.from - 4).includes("alpha")
  );
  // a picture of tiles has no coding of its own
  const config = (coding ?? properties.find(({ name }) => name === "av1C"))?.from;
  const flags = config === undefined ? 0 : peek.bytes(config + 2, 1).getUint8(0);
  return {
    ...{ format: "avif", width: turned ? down : across, height: turned ? across : down },
    bitDepth: (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12,
    channels: ((flags & 0x10) === 0 ? 3 : 1) + (alpha ? 1 : 0),
    ...{ quality: null, progressive: null, subsampling: null },
    animated: text(peek, 8, 4) === "avis",
    orientation: 1, // whoever decodes it turns it
  };
}

/** More boxes than this in one place are damage. */
const MOST = 1000;

function boxAt(peek: Peek, at: number): Box {
  const length = peek.bytes(at, 4).getUint32(0);
  const name = text(peek, at + 4, 4);
  if (length === 0) return { name, from: at + 8, end: Infinity };
  if (length !== 1) return { name, from: at + 8, end: at + Math.max(length, 8) };
  return { name, from: at + 16, end: at + Math.max(Number(peek.bytes(at + 8, 8).getBigUint64(0)), 16) };
}

function* boxesIn(peek: Peek, { from, end }: Pick<Box, "from" | "end">): Generator<Box> {
  let at = from;
  for (let i = 0; i < MOST && at + 8 <= end; i++) {
    const box = boxAt(peek, at);
    yield box;
    at = box.end;
  }
}

/** @throws {RangeError} when there is none */
function findBox(peek: Peek, within: Pick<Box, "from" | "end">, name: string): Box {
  for (const box of boxesIn(peek, within)) if (box.name === name) return box;
  throw new RangeError(`it has no box "${name}"`);
}

/** Numbers, from 1, of the properties of an item. */
function associated(peek: Peek, box: Box, item: number): number[] {
  const [version, flags] = [peek.bytes(box.from, 1).getUint8(0), peek.bytes(box.from + 3, 1).getUint8(0)];
  const [idBytes, numberBytes] = [version === 0 ? 2 : 4, (flags & 1) === 0 ? 1 : 2];
  const entries = peek.bytes(box.from + 4, 4).getUint32(0);
  let at = box.from + 8;
  for (let i = 0; i < entries && at < box.end; i++) {
    const id = peek.bytes(at, idBytes);
    const count = peek.bytes(at + idBytes, 1).getUint8(0);
    at += idBytes + 1;
    if ((idBytes === 2 ? id.getUint16(0) : id.getUint32(0)) === item) {
      const view = peek.bytes(at, count * numberBytes);
      return Array.from(
        { length: count },
        (_, k) => numberBytes === 1 ? view.getUint8(k) & 0x7f : view.getUint16(2 * k) & 0x7fff,
      );
    }
    at += count * numberBytes;
  }
  return [];
}
