import type { Image } from "../../lib/image/decode.ts";

/** What a library of the field made of the picture, see bench/peers/augment.py. */
export interface Recorded {
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly options: Readonly<Record<string, any>>;
  readonly image: Image;
}

interface Stored extends Omit<Recorded, "image"> {
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

const file = new URL("recorded/pixels.json", import.meta.url);
const stored = JSON.parse(Deno.readTextFileSync(file));

/** Mean and deviation of noise that was added to grey, in levels. */
export const recordedNoise: readonly { variance: number; mean: number; deviation: number }[] = stored.noise;

/** The picture that all cases begin with, made as the script makes it. */
export const picture: Image = (() => {
  const { width, height } = stored;
  const data = new Uint8Array(width * height * 3);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    data[i] = x * 9 + y * (5 + 3 * c) + c * 40 + (state >>> 28);
  }
  return { data, width, height };
})();

/** All cases of a name. */
export function recorded(name: string): Recorded[] {
  const found = (stored.cases as Stored[]).filter((one) => one.name === name);
  if (found.length === 0) throw new Error(`no case is called "${name}"`);
  return found.map(({ name, options, width, height, pixels }) => {
    const data = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
    return { name, options, image: { data, width, height } };
  });
}

/** Largest difference of two images' values, in levels; Infinity where they differ in size. */
export function farthest(a: Image, b: Image): number {
  if (a.width !== b.width || a.height !== b.height) return Infinity;
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}
