/** Images that are given as a network looks at them: with their error maps, or as their residuals. */
import { makeLacking } from "../data/lacking.ts";
import { makersFor } from "../data/pipeline_maker.ts";
import type { Experiment } from "../experiment.ts";
import { findErrorMaps, findResiduals } from "../reconstruct/mod.ts";
import type { Sample } from "../types.ts";
import type { Detector } from "./detector.ts";

/** What prepares images, until it is disposed. */
export interface Preparing extends Disposable {
  /** Null: the network looks at images alone. */
  readonly prepared: Detector["prepared"];
}

/**
 * Prepares images for the network of a definition with what was made of them before. Where that is missing and the
 * pipeline is one that is shipped, which takes no time to load, it is made now and kept until the end; for one image no
 * other is started.
 *
 * @param artifacts folder of what was made before
 */
export function preparing(definition: Experiment, artifacts: string): Preparing {
  const { name, reconstruct, model: { refine } } = definition;
  const residual = reconstruct?.kind === "residual" ? reconstruct : null;
  const map = refine?.map ?? null;
  if (residual === null && (refine ?? null) === null) return { prepared: null, [Symbol.dispose]: () => {} };
  const open = makersFor({ reconstruct: residual, model: { refine: refine ?? null } }, null);
  const made: string[] = [];
  const find = async (sample: Sample, artifacts: string): Promise<Sample> =>
    (residual === null
      ? await findErrorMaps(map, [sample], { artifacts })
      : await findResiduals(residual, [sample], { artifacts }))[0];
  return {
    async prepared(sample) {
      try {
        return await find(sample, artifacts);
      } catch (error) {
        if (open === null || !(error instanceof Deno.errors.NotFound)) throw error;
      }
      // a folder for each: two images of two folders may have one name
      const folder = await Deno.makeTempDir();
      made.push(folder);
      const making = makeLacking(residual ?? map!, [sample], { name, artifacts: folder, open });
      for (;;) {
        const { done, value } = await making.next();
        if (!done) continue;
        const unreadable = value.get(sample.id);
        if (unreadable !== undefined) throw new Deno.errors.NotFound(unreadable);
        return await find(sample, folder);
      }
    },
    [Symbol.dispose]: () => {
      for (const folder of made.splice(0)) Deno.removeSync(folder, { recursive: true });
    },
  };
}
