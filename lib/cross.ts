/** Definitions that train on each of some data and test on all of it: cross-validation over generators and data sets. */
import { makersOf } from "./definition/reader.ts";
import { derive, type Experiment } from "./experiment.ts";
import * as room from "./layouts/mod.ts";
import { generatorNames, innermost, type Layout, layouts } from "./layouts/mod.ts";

/** One of the data that are crossed: what is learned from it, and what it is tested with. */
export interface CrossedData {
  /** What is learned from. */
  readonly train: readonly Layout[];
  /** What is tested with. */
  readonly test: readonly Layout[];
  /** Left out or null: a seeded share of the training sources is held out. */
  readonly validation?: readonly Layout[] | null;
}

/**
 * A definition for each of some data by its name: trained on that one, tested on all of them. The tags `method` and
 * `trained on` say which is which, and `crossTable` makes a table of their records; neither counts for the identity of a
 * run, so that one that was made before is found again.
 *
 * @param data at least two, by the names that tables show
 * @throws {RangeError} when there are fewer; otherwise as `derive`
 *
 * @example
 * ```ts ignore
 * const both = {
 *   "DRCT-2M": { train: [drct2M({ generators: ["stable-diffusion-v1-4"] })], test: [drct2M({ generators: "all" })] },
 *   "GenImage": { train: [genImage({ generators: ["sd14"] })], test: [genImage({ generators: "all" })] },
 * };
 * const { records } = await sweep(crossData(base, both));
 * ```
 */
export function crossData(base: Experiment, data: Readonly<Record<string, CrossedData>>): Experiment[] {
  const names = Object.keys(data);
  if (names.length < 2) {
    throw new RangeError(
      `Cannot cross the data of "${base.name}": given ${names.length === 0 ? "none" : `"${names[0]}" alone`}, ` +
        "expected at least two by name",
    );
  }
  const test = Object.values(data).flatMap((one) => one.test);
  const different = test.filter((one, i) =>
    test.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i
  );
  return names.map((name) =>
    derive(base, {
      name: `${base.name} on ${name}`,
      tags: { ...base.tags, method: base.name, "trained on": name },
      data: { train: data[name].train, validation: data[name].validation ?? null, test: different },
    })
  );
}

/**
 * A definition for each generator of a data set: trained on that one alone, tested on all, as in figure 4 of LaRE² (Luo et
 * al., CVPR 2024), where eight by eight of GenImage are.
 *
 * @param of a data set that can be had one generator at a time, or what stands around one, as `reencoded({ of })`
 * @throws {TypeError} when it cannot
 * @throws as {@linkcode crossData}
 */
export function crossGenerators(base: Experiment, of: Layout): Experiment[] {
  const { kind, generators } = innermost(of) as { readonly kind: string; readonly generators?: unknown };
  const names = generators === "all" ? generatorNames[kind] : generators;
  if (!Array.isArray(names)) {
    const known = Object.keys(generatorNames).map((name) => `${name}()`).join(", ");
    throw new TypeError(
      `Cannot cross the generators of ${kind}(): it cannot be had one generator at a time, expected one of ${known}. ` +
        "Name the data sets yourself, with crossData()",
    );
  }
  return crossData(
    base,
    Object.fromEntries(names.map((name: string) => [name, { train: [onlyOf(of, name)], test: [of] }])),
  );
}

/** A data set with one of its generators, and what stands around it as it was. */
function onlyOf(layout: Layout, name: string): Layout {
  const make = makersOf<Layout>(room, layouts).get(layout.kind)!;
  if ("of" in layout) return make({ ...layout, of: onlyOf(layout.of, name) });
  return make({ ...layout, generators: [name] });
}
