/** What is exported: a finished run, or a detector that is shipped, published, or was exported before. */
import type { View } from "../augment/mod.ts";
import { mapRows } from "../data/error_maps.ts";
import type { Detector, DetectorPlaces } from "../detect/detector.ts";
import { type Judgement, judgementOf } from "../detect/judgement.ts";
import { isModelFolder } from "../detect/model_folder.ts";
import { openDetector, POCKET, publishedNames } from "../detect/open.ts";
import { finishedRun, testedBy } from "../detect/run_detector.ts";
import type { Tested } from "../detect/tested.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import { readSamples } from "../layouts/mod.ts";
import { type Model, type ModelNetwork, modelView, seesErrors } from "../models/model.ts";
import type { View as Pixels } from "../models/weights.ts";
import { findErrorMaps } from "../reconstruct/mod.ts";
import type { RunRecord } from "../types.ts";

/** Height and width, in values. */
export type Sides = readonly [height: number, width: number];

/** A network with all that is known of it. Whoever opened it disposes it. */
export interface Exported extends Disposable {
  readonly name: string;
  /** Where it comes from and what is to be known of it, a sentence each. */
  readonly about: readonly string[];
  readonly model: Model;
  readonly network: ModelNetwork;
  /** What is seen of an image. */
  readonly view: View;
  /** How pixels 0…1 are normalised. */
  readonly pixels: Pixels;
  readonly judgement: Judgement;
  /** What it was tested on, as far as headers tell; null: it is not known here. */
  readonly tested: Tested | null;
  /** The run that trained it; null: a detector that was not trained by one here. */
  readonly run: { readonly record: RunRecord; readonly definition: Experiment } | null;
  /**
   * Height and width of the error maps that it looks at; null: it looks at none.
   *
   * @throws {Deno.errors.NotFound} when only the data tell, and are not here
   */
  readonly mapSides: () => Promise<Sides | null>;
}

/** Values of an error map to a pixel of the image, both ways. */
const LATENT = 8;

/**
 * Opens what is exported; the backend is to be started before.
 *
 * @param model "pocket", a published detector's name, the folder of an exported detector, or that of a finished run
 * @throws {Deno.errors.NotFound} when it is not there
 * @throws {Error} when the run is not finished
 */
export async function openExported(model: string, places: DetectorPlaces): Promise<Exported> {
  const isDetector = model === POCKET || publishedNames.includes(model) || await isModelFolder(model);
  if (isDetector) return ofDetector(await openDetector(model, places), places);
  const { record, definition, best, load } = await finishedRun(model, "export");
  const { name, view } = definition;
  const network = await load();
  return {
    name,
    about: [`The run "${name}", seed ${definition.seed}, its network of epoch ${best.epoch}`],
    ...{ model: definition.model, network, view, pixels: modelView(definition.model) },
    judgement: judgementOf(record),
    tested: await testedBy(definition, places.data),
    run: { record, definition },
    mapSides: () => mapSides(definition.model, definition, places),
    [Symbol.dispose]: () => disposeTree(network),
  };
}

function ofDetector(detector: Detector, places: DetectorPlaces): Exported {
  const { mean, std, ...rest } = detector;
  return {
    ...rest,
    pixels: { mean, std } as unknown as Pixels,
    run: null,
    mapSides: () => mapSides(detector.model, null, places),
    [Symbol.dispose]: () => detector[Symbol.dispose](),
  };
}

/** Of maps that a part makes, its own; of those that a data set ships, that of a test sample. */
export async function mapSides(
  model: Pick<Model, "refine">,
  definition: Experiment | null,
  { data, artifacts }: DetectorPlaces,
): Promise<Sides | null> {
  if (!seesErrors(model)) return null;
  const map = model.refine!.map;
  if (map !== null) return [map.size / LATENT, map.size / LATENT];
  for (const layout of definition?.data.test ?? []) {
    for await (const sample of readSamples(layout, { data, split: "test", tell: () => {} })) {
      const rows = mapRows(1);
      const [wrong] = await rows.fill(await findErrorMaps(null, [sample], { artifacts }), [0]);
      if (wrong !== null) continue;
      const first = rows.tensor();
      first.dispose();
      return [first.shape[1], first.shape[2]];
    }
  }
  throw new Deno.errors.NotFound(
    `Cannot export "${definition?.name}": the size of its error maps is that of its data set's, which has none that can ` +
      "be read. Give the folder of its data sets with --data DIR",
  );
}
