/** The audit: what a data set gives away without what its images show. */
import type { Interval, Unreadable } from "../types.ts";
import { type Headers, readHeaders } from "./headers.ts";
import { readIndexes } from "./indexed.ts";
import { type Group, listGroups, type Source } from "./listing.ts";
import { drawProbed, probeMetadata, type ProbeRow, type PropertyProbes } from "./metadata_probe.ts";
import { readPictures } from "./pictures.ts";
import { type SpectrumGap, spectrumGaps } from "./spectra.ts";
import { type GroupRow, groupRows } from "./tables.ts";
import { type TwinTable, twinTable } from "./twins.ts";
import { judge, type Judgement } from "./verdict.ts";
import type { Pass } from "./walk.ts";

/** How to audit. */
export interface AuditOptions {
  /** Folder that holds the data sets; null: none was given. */
  readonly data: string | null;
  /** At most so many images of each class, generator and split, chosen by their ids; null: all. */
  readonly limit?: number | null;
  /** Whether headers alone are read, and no pixels: no comparison of splits and of spectra. */
  readonly headersOnly?: boolean;
  /**
   * Folder in which what was found in pictures is kept, so that an audit that was stopped goes on there and one of the same
   * data is soon done; default null: it is not kept.
   */
  readonly artifacts?: string | null;
  /** Pictures that are written there together; default: some thousand. */
  readonly part?: number;
  /** Learns what a reader should know of the data and what stops nothing, as that a class folder is empty. */
  readonly tell?: (what: string) => void;
  /** Stops the audit between two images. */
  readonly signal?: AbortSignal;
}

/** All that an audit found. Plain values, JSON-able. */
export interface Audit extends Judgement {
  /** AUC at which the probe on headers tells unseen fakes from photographs; null: it could not be asked. */
  readonly probe: { readonly auc: number; readonly low: number; readonly high: number } | null;
  /** The same for single properties. */
  readonly properties: Readonly<Record<"format" | "quality" | "size" | "depth", Interval>> | null;
  /** What the verdict rests on. */
  readonly tables: {
    readonly groups: readonly GroupRow[];
    readonly spectra: readonly SpectrumGap[];
    /** How many images of each split stand in an earlier one; null: pictures were not compared. */
    readonly duplicates: TwinTable["splits"] | null;
  };
  /** Images that stand in an earlier split as well. */
  readonly twins: TwinTable["twins"];
  /** Side of the centres whose spectra were taken, in pixels; null where none was. */
  readonly spectrumSize: number | null;
  /** Images that could not be read, and count nowhere. */
  readonly unreadable: readonly Unreadable[];
}

/**
 * Audits splits of data sets: lists them, reads the header of every image, then, unless told otherwise, its pixels.
 * Says after every few images how far it has come. Of files that an index beside the data knows as they are the header
 * is taken from there.
 *
 * Memory grows by some 60 bytes an image, some 50 more for those that `artifacts` knows, and 40 for those of an index.
 *
 * @throws {RangeError} when there is no image, or a class has none that can be read
 * @throws {Deno.errors.NotFound} when a data set is not there
 * @throws {DOMException} "AbortError" when the signal asks for it
 */
export async function* auditEvents(sources: readonly Source[], options: AuditOptions): AsyncGenerator<Pass, Audit> {
  const { data, limit = null, headersOnly = false, artifacts = null, part, tell, signal } = options;
  const listing = await listGroups(sources, { data, limit, tell, signal });
  const walk = { data, listing, signal, tell };
  const headers = yield* readHeaders(sources, { ...walk, indexed: await readIndexes(sources, walk) });
  const rows = probed(listing.groups, headers);
  const pictures = headersOnly ? null : yield* readPictures(sources, { ...walk, headers, artifacts, part });
  const probes = probeMetadata(rows);
  const unread = pictures?.unreadable.length ? unreadGroups(headers, pictures.content) : [];
  const tables = {
    groups: groupRows(listing, headers, unread),
    spectra: pictures === null ? [] : spectrumGaps(listing.groups, pictures.spectra),
  };
  const twins = pictures === null ? null : await twinTable(sources, { ...walk, headers, pictures });
  return {
    probe: probes === null ? null : { auc: probes.all.value, low: probes.all.low, high: probes.all.high },
    ...judge({ probes, groups: tables.groups, twins, gaps: tables.spectra }),
    properties: probes === null ? null : single(probes),
    tables: { ...tables, duplicates: twins?.splits ?? null },
    twins: twins?.twins ?? [],
    spectrumSize: pictures?.size ?? null,
    unreadable: [...headers.unreadable, ...pictures?.unreadable ?? []],
  };
}

/** {@linkcode auditEvents} from beginning to end. */
export async function audit(sources: readonly Source[], options: AuditOptions): Promise<Audit> {
  const events = auditEvents(sources, options);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}

/** The rows that the probe is given. */
function probed(groups: readonly Group[], { distinct, group, header, source, unreadable }: Headers): ProbeRow[] {
  const labels = Int8Array.from(header, (place, i) => place < 0 ? -1 : groups[group[i]].label === "fake" ? 1 : 0);
  for (const [label, name] of [[0, "photographs"], [1, "fakes"]] as const) {
    if (labels.includes(label)) continue;
    const [first] = unreadable;
    throw new RangeError(
      `Cannot audit the data: of ${header.length} images ${unreadable.length} could not be read, and ` +
        `none of the others are ${name}; expected photographs and fakes` +
        (first === undefined ? "" : `. The first of those: ${first.reason}`),
    );
  }
  return drawProbed(labels).map((i) => ({ header: distinct[header[i]], label: labels[i], source: source[i] }));
}

/** The groups of images whose pixels could not be read, though their headers could; once for each. */
function unreadGroups({ group, header }: Headers, content: Float64Array): number[] {
  const places: number[] = [];
  for (const [i, place] of header.entries()) if (place >= 0 && Number.isNaN(content[i])) places.push(group[i]);
  return places;
}

function single({ all: _, ...properties }: PropertyProbes): Audit["properties"] {
  return properties;
}
