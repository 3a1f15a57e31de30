import { fingerprint } from "../definition/fingerprint.ts";
import { meant } from "../definition/nearest.ts";
import type { Layout } from "../layouts/mod.ts";
import { type Given, UsageError } from "./command.ts";
import { readDefinitions } from "./definitions.ts";
import { layoutOfKind } from "./layout_of_kind.ts";
import { load } from "./places.ts";

/** A data set, and by what it is told from others of its kind where several may lie in one folder. */
export interface NamedLayout {
  readonly layout: Layout;
  /** Null: the whole data set with the defaults of its layout. */
  readonly name: string | null;
}

/**
 * The data sets that `--layout KIND` or `--definition FILE` names, each once and whole: of a kind with its defaults and
 * all generators, of a definition those that it trains on, validates and is tested on, without their limits.
 *
 * @throws {UsageError} when neither or both are given, for an unknown kind, and one whose options need a definition
 */
export async function namedLayouts(given: Given): Promise<NamedLayout[]> {
  const { layout: kind, definition } = given.values;
  if ((kind === undefined) === (definition === undefined)) {
    throw new UsageError(
      `Cannot run "${given.typed.slice(0, 2).join(" ")}": ${kind === undefined ? "neither" : "both"} of --layout and ` +
        "--definition given, expected one: the kind of the data set, or a file that defines an experiment on it",
    );
  }
  const { innermost, layouts } = await load<typeof import("../layouts/mod.ts")>("lib/layouts/mod.ts");
  if (kind !== undefined) return [{ layout: await defaultLayout(kind, Object.keys(layouts)), name: null }];
  const experiments = await readDefinitions(definition!);
  const all = experiments.flatMap(({ data }) => [...data.train, ...data.validation ?? [], ...data.test])
    .map(innermost);
  const whole = new Map(all.map((layout) => [fingerprint(unlimited(layout)), unlimited(layout)]));
  return await Promise.all([...whole].map(async ([print, layout]): Promise<NamedLayout> => {
    const usual = await defaultLayout(layout.kind, Object.keys(layouts)).catch(() => null);
    const isUsual = usual !== null && fingerprint(usual) === print;
    return { layout, name: isUsual ? null : print.slice(0, 8) };
  }));
}

function unlimited(layout: Layout): Layout {
  return "limit" in layout ? { ...layout, limit: null } : layout;
}

/** As {@linkcode layoutOfKind}, of a kind that may be none. */
async function defaultLayout(kind: string, kinds: readonly string[]): Promise<Layout> {
  if (!kinds.includes(kind)) {
    throw new UsageError(`Cannot read "--layout ${kind}": unknown layout "${kind}", ${meant(kind, kinds, "layouts")}`);
  }
  return await layoutOfKind(kind, {
    what: `read "--layout ${kind}"`,
    instead: "Give them in a file that defines an experiment on it, with --definition FILE",
  });
}
