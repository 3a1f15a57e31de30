import type { Part } from "../definition/part.ts";
import { checkSort, type Method, type Named, networkMultiple, type Sort, throughPipeline } from "./method.ts";
import type { Pipeline } from "./pipeline.ts";
import { type Telling, tellingOf } from "./predict.ts";
import type { Fitting } from "./prepare.ts";
import type { Values } from "./values.ts";

/** What a chain is given beside its part. */
export interface Batch {
  readonly pipeline: Pipeline;
  readonly images: readonly Named[];
  /** Of the images, [N, 3, H, W]. */
  readonly values: Values;
  /** How many numbers the latents of one image have. */
  readonly length: number;
  readonly telling: Telling;
}

/**
 * A method that asks a pipeline's network, which is told a prompt under guidance.
 *
 * @param method.through what the chain makes of a batch, of the same shape as its values
 */
export function networkMethod<P extends Part>({ sort, fitting, prompt, through }: {
  readonly sort: Sort;
  readonly fitting: Fitting;
  readonly prompt: (spec: P) => { readonly prompt: string; readonly guidance: number };
  readonly through: (spec: P, batch: Batch) => Promise<Values>;
}): Method<P> {
  return {
    components: () => ["unet", "vae_encoder", "vae_decoder", "text_encoder"],
    sort: () => sort,
    fitting: () => fitting,
    multiple: networkMultiple,
    async reconstruct(spec, images, pipeline) {
      checkSort(spec.kind, pipeline, sort);
      const telling = await tellingOf(pipeline, prompt(spec));
      return await throughPipeline(images, pipeline, {
        multiple: networkMultiple(spec, pipeline.info),
        fitting,
        through: (values, length) => through(spec, { pipeline, images, values, length, telling }),
      });
    },
  };
}
