/** What the parts of a definition make of its samples: how much of it there is to be, and how much there is. */
import { artifactsOutlet, distinct, existing } from "../data/outlets.ts";
import { madeParts } from "../data/needs.ts";
import type { Part } from "../definition/part.ts";
import type { Experiment } from "../experiment.ts";
import { storedSample } from "../layouts/mod.ts";
import type { Pair, Sample } from "../types.ts";
import type { Counted } from "./samples.ts";

/** What one part makes. */
export interface AllMade {
  /** Kind of the part. */
  readonly part: string;
  /** Folder of what is made. */
  readonly folder: string;
  /** Null where the samples are not known. */
  readonly wanted: number | null;
  readonly there: number;
}

/** Counts what parts make, and what of it is there. */
export async function madeOf(
  experiment: Experiment,
  counted: Counted,
  { artifacts }: { readonly artifacts: string },
): Promise<AllMade[]> {
  return await Promise.all(
    madeParts(experiment).map(async (part): Promise<AllMade> => {
      const outlet = artifactsOutlet(part, artifacts);
      const samples = samplesFor(part, experiment, counted);
      if (samples === null) {
        return { part: part.kind, folder: outlet.folder, wanted: publishedFor(part, experiment, counted), there: 0 };
      }
      const wanted = distinct(samples, outlet);
      const there = await existing(wanted, outlet);
      return { part: part.kind, folder: outlet.folder, wanted: wanted.length, there: there.size };
    }),
  );
}

/** The samples that a part makes something of, as gathering asks for it; null where they are not there. */
export function samplesFor(part: Part, { reconstruct }: Experiment, { gathered }: Counted): Sample[] | null {
  if (gathered === null) return null;
  const own = (pairs: readonly Pair[]): Sample[] => pairs.map(({ sample }) => sample);
  const judged = [...own(gathered.train), ...own(gathered.validation)];
  if (part !== reconstruct) { // error maps, of reconstructions in batches as well
    const rebuilt = [...gathered.train, ...gathered.validation].flatMap(({ reconstruction }) => reconstruction ?? []);
    return [...judged, ...rebuilt, ...gathered.test];
  }
  if (part.kind === "residual") return [...judged, ...gathered.test];
  const { of } = part as Part & { readonly of: string };
  return judged.filter(({ label }) => of === "both" || of === label).map(storedSample);
}

/** How many those are by what is published. */
function publishedFor(part: Part, { reconstruct }: Experiment, { rows, from }: Counted): number | null {
  if (from === "nothing") return null;
  const all = part !== reconstruct || part.kind === "residual";
  const { of } = part as Part & { readonly of?: unknown };
  return rows.filter(({ split }) => all || split !== "test").reduce(
    (sum, { real, fake }) => sum + (of === "fake" ? 0 : real) + (of === "real" ? 0 : fake),
    0,
  );
}
