/** What a definition asks of a part and is not there yet: made, or told why it cannot be. */
import type { Part } from "../definition/part.ts";
import type { RunEvent, Sample } from "../types.ts";
import { makeArtifacts } from "./make.ts";
import { problemsIn } from "./make_index.ts";
import type { Maker, Making, MakingReport } from "./making.ts";
import { artifactsOutlet, distinct, existing } from "./outlets.ts";

/** Opens what makes a part's artifacts. */
export type OpenMaker = (spec: Part) => Promise<Maker>;

/** What making says in a run. */
export type LackingEvent = Extract<RunEvent, { kind: "making" | "notice" }>;

/** Where artifacts lie, and what makes those that do not. */
export interface Lacking {
  /** Of the experiment, for events. */
  readonly name: string;
  readonly artifacts: string;
  /** Null: nothing is made. */
  readonly open: OpenMaker | null;
  readonly signal?: AbortSignal;
  /**
   * How it is made, and who hears what came of it; left out: all of it, as many at a time as the maker has it, once no
   * other process makes the same.
   */
  readonly how?: Pick<Making, "shard" | "batch" | "wait"> & {
    readonly reported?: (spec: Part, report: MakingReport) => void;
  };
}

/**
 * Makes what is missing of a part's artifacts, where there is something to make them with.
 *
 * @returns why samples have none and get none, by id: their images cannot be read. Whether others are there, those who
 * look for them will see
 * @throws as {@linkcode makeArtifacts}
 */
export async function* makeLacking(
  spec: Part,
  samples: readonly Sample[],
  { name, artifacts, open, signal, how: { reported, ...how } = { wait: true } }: Lacking,
): AsyncGenerator<LackingEvent, ReadonlyMap<string, string>> {
  const outlet = artifactsOutlet(spec, artifacts);
  const wanted = distinct(samples, outlet);
  const there = await existing(wanted, outlet);
  if (there.size === wanted.length) return new Map();
  if (open === null) {
    const problems = await problemsIn(outlet.folder);
    return new Map([...problems].filter(([id]) => wanted.some((sample) => sample.id === id && !there.has(sample))));
  }
  const making = makeArtifacts(wanted, { outlet, open: () => open(spec), signal, ...how });
  try {
    for (;;) {
      const { done, value } = await making.next();
      if (done) {
        reported?.(spec, value);
        return new Map(value.unreadable.map(({ id, reason }) => [id, reason]));
      }
      yield value.kind === "notice" ? value : { ...value, kind: "making", name, part: spec.kind };
    }
  } finally {
    await making.return(undefined as never); // where nobody reads on, it keeps what it has in hand
  }
}
