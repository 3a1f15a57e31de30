/** What makers of artifacts take and give, where results go, and what is told on the way. */
import type { Part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Made } from "../reconstruct/made.ts";
import type { Sides } from "../reconstruct/prepare.ts";
import type { Shard } from "../reconstruct/shards.ts";
import type { Values } from "../reconstruct/values.ts";
import type { Sample } from "../types.ts";

/** A sample with its picture. */
export interface Picture {
  readonly sample: Sample;
  readonly image: Image;
}

/** What a maker is given of one sample. */
export interface Source {
  readonly id: string;
  readonly image: Image;
  readonly caption: string | null;
}

/** What makes images, or maps, of images; sessions of networks are open as long as it is. */
export interface Maker extends AsyncDisposable {
  /** The part. */
  readonly spec: Part;
  readonly pipeline: Made["pipeline"];
  /** Of what computes, for `made.json`. */
  readonly versions: Made["versions"];
  /** Images at a time where nobody says otherwise. */
  readonly batch: number;
  /** Images of which this is the same may be given at once. */
  readonly group: (image: Image) => string;
  /** Why an image of such sides cannot be made alone neither, as where memory is too small; null: it can. */
  readonly tooLarge: (sides: Sides) => string | null;
  /**
   * Asked before each batch, and after the last with none: what the user should know and was not told yet, as the memory
   * that it will take and on what it computes.
   *
   * @throws {RangeError} when so many cannot be made at once, as where memory is too small, with what to do
   */
  prepare(images: readonly Source[]): Promise<readonly string[]>;
  /** One result for each image, in their order; an image alone gives what it gives among others. */
  make(images: readonly Source[]): Promise<readonly (Image | Values)[]>;
}

/** Where results go. */
export interface Outlet {
  /** Folder that all results lie below. */
  readonly root: string;
  /** Folder of the index, the locks and what signs them. */
  readonly folder: string;
  /** Path below `root` of what is made of a sample: while there is no such file, nothing was. */
  fileOf(sample: Sample): string;
  /** All files of one result, that of `fileOf` the last. */
  filesOf(picture: Picture, result: Image | Values): Promise<readonly NewFile[]>;
  /** Writes what tells of all results together, once no more is to be made; `through` as in `writeAtomic`. */
  finish?(done: readonly Sample[], at: { readonly shard: Shard; readonly through: string }): Promise<void>;
}

/** A file to write. */
export interface NewFile {
  /** Below the outlet's root. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How artifacts are made. */
export interface Making {
  readonly outlet: Outlet;
  /** Opens the maker; asked only where something is to be made. */
  readonly open: () => Promise<Maker>;
  readonly shard?: Shard;
  /** Images at a time; null: as the maker has it. */
  readonly batch?: number | null;
  /** Whether another process that makes the same is waited for, and what it made is used; false, the default: it is refused. */
  readonly wait?: boolean;
  /** Stops it after the images at hand; what is made is kept. */
  readonly signal?: AbortSignal;
}

/** What making says while it goes. */
export type MakingEvent =
  /** Images that are done, of all of the shard; `found` of them were there before. */
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly found: number }
  | { readonly kind: "notice"; readonly text: string };

/** What came of it. */
export interface MakingReport {
  /** Folder that the results lie below. */
  readonly root: string;
  /** Folder of the index. */
  readonly folder: string;
  readonly shard: Shard;
  /** Samples of the shard. */
  readonly total: number;
  /** Of how many there was something before. */
  readonly found: number;
  readonly made: number;
  /** Those of which nothing was made: they cannot be read, or are too large. */
  readonly unreadable: readonly { readonly id: string; readonly file: string; readonly reason: string }[];
  /** Wall time, from the opening of the maker on. */
  readonly seconds: number;
}
