/** What was found in pictures, kept for an audit that goes on or is repeated. */
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { fileBehind } from "../data/source.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import { parseRecodings } from "../image/recode.ts";
import type { Sample } from "../types.ts";
import { type KeptRows, openRows } from "./kept_rows.ts";
import { type Key, rowKey } from "./rows.ts";

/** What the pixels of an image say. */
export interface Finding {
  /** 53 bits of the hash of the file, of a rectangle of its pixels. */
  readonly content: number;
  /** Two 64-bit codes, in halves: frequencies, then steps; see `pictureCode`. */
  readonly code: ArrayLike<number>;
  /** In single precision. */
  readonly contrast: number;
  /** Of the centre, as the image is seen; null: it was not taken. */
  readonly spectrum: Float64Array | null;
}

/** By what a picture and its spectrum are found again: the id, and size and time of the file. */
export interface Keys {
  readonly picture: Key;
  readonly spectrum: Key;
}

/** Findings of earlier audits, and of this one. */
export interface Findings extends AsyncDisposable {
  /** What was found under some keys; null: nothing, or not the spectrum that is wanted. */
  find(keys: Keys, wanted: { readonly spectrum: boolean }): Finding | null;
  /** Keeps a finding; it is on the disk after some thousand more, some seconds, or the disposal. */
  add(keys: Keys, finding: Finding): Promise<void>;
}

/** Raised when other numbers are found in the same picture. */
const REVISION = 1;

/** Words of a row: of two doubles one, four halves of codes, a single. */
const WIDTH = 7;

/**
 * Opens the findings of data sets of some kinds.
 *
 * @param artifacts folder of what parts made
 * @param options `kinds` of the layouts; `size`: side of the centres whose spectra are taken, null: none are; `part`: see
 *   `openRows`; `tell` learns of damaged files
 */
export async function openFindings(
  artifacts: string,
  { kinds, size, ...options }: {
    readonly kinds: readonly string[];
    readonly size: number | null;
    readonly part?: number;
    readonly tell?: (what: string) => void;
  },
): Promise<Findings> {
  const made = { kinds: [...new Set(kinds)].sort(), decoder: config.imports.sharp, revision: REVISION };
  const folderOf = (what: string, more: object): string =>
    join(artifacts, `audit-${what}-${fingerprint({ ...made, ...more }).slice(0, 12)}`);
  const pictures = await openRows(folderOf("pictures", {}), { width: WIDTH, ...options });
  const spectra = size === null ? null : await openRows(folderOf("spectra", { size }), { width: size, ...options });
  return {
    find(keys, wanted) {
      const picture = pictures.find(keys.picture);
      const spectrum = wanted.spectrum ? spectra?.find(keys.spectrum) ?? null : null;
      if (picture === null || wanted.spectrum && spectrum === null) return null;
      return { ...unpacked(picture), spectrum: spectrum && new Float64Array(spectrum.slice().buffer) };
    },
    async add(keys, finding) {
      await addNew(pictures, keys.picture, packed(finding));
      if (finding.spectrum !== null) await addNew(spectra!, keys.spectrum, new Uint32Array(finding.spectrum.buffer));
    },
    async [Symbol.asyncDispose]() {
      await pictures[Symbol.asyncDispose]();
      await spectra?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * The keys of a sample as its file is now.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 */
export async function keysOf({ id, file }: Sample): Promise<Keys> {
  const path = fileBehind(file);
  const { size, mtime } = await Deno.stat(path);
  const keyOf = (name: string): Key => rowKey(`${id} ${name.slice(path.length)} ${size} ${mtime?.getTime()}`);
  // a picture is looked at as it lies on the disk, its spectrum as it is stored anew
  return { picture: keyOf(parseRecodings(file).file), spectrum: keyOf(file) };
}

async function addNew(rows: KeptRows, key: Key, words: Uint32Array): Promise<void> {
  if (rows.find(key) === null) await rows.add(key, words);
}

function packed({ content, code, contrast }: Finding): Uint32Array {
  const words = new Uint32Array(WIDTH);
  new Float64Array(words.buffer, 0, 1)[0] = content;
  words.set(code, 2);
  new Float32Array(words.buffer, 24, 1)[0] = contrast;
  return words;
}

function unpacked(row: Uint32Array): Omit<Finding, "spectrum"> {
  const words = row.slice(); // a row need not begin where a double may
  return {
    content: new Float64Array(words.buffer, 0, 1)[0],
    code: words.subarray(2, 6),
    contrast: new Float32Array(words.buffer, 24, 1)[0],
  };
}
