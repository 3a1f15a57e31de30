import { canCompile, compile } from "../engine/compiled.ts";
import type { Tensor4D } from "../engine/ops.ts";
import { forwardModel, type Model, type ModelNetwork } from "../models/model.ts";
import type { Outputs } from "../types.ts";

/** What a model says of whole images. */
export type Seen = Pick<Outputs, "embedding" | "logits">;

/** Looks at images as a model is judged; disposed when there are no more. */
export interface Looker extends Disposable {
  /** Embedding [B, D] and logits [B, K] of images [B, H, W, 3]; the caller owns them. */
  look(network: ModelNetwork, images: Tensor4D): Seen;
}

/**
 * Passes of a model, recorded and replayed where the backend can, once for each number of images: an eighth faster than
 * operation by operation (CLIP's RN50 and ConvNeXt-tiny, 8 images of 224², two threads).
 */
export function looker(model: Model): Looker {
  const whole = (network: ModelNetwork, images: Tensor4D): Seen => {
    const { places, ...seen } = forwardModel(model, network, { images });
    places?.dispose();
    return seen;
  };
  if (!canCompile()) return { look: whole, [Symbol.dispose]() {} };
  const compiled = compile(
    ({ inputs: { images, ...network } }: {
      state: Record<string, never>;
      inputs: ModelNetwork & { readonly images: Tensor4D };
      fixed: null;
    }) => whole(network, images),
    { changes: false },
  );
  return {
    look: (network, images) => compiled.run({ state: {}, inputs: { ...network, images }, fixed: null }),
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}
