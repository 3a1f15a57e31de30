import { canCompile, compile } from "../engine/compiled.ts";
import { refusedByHeap } from "../engine/heap_full.ts";
import { concat, slice, type Tensor4D, tidy } from "../engine/ops.ts";
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
  if (!canCompile()) return { look: inParts(whole), [Symbol.dispose]() {} };
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

/**
 * Looks at all images at once; where the heap has no room for that, at half of them after the other half, and so on:
 * what is seen of an image does not hang on those beside it. What has room is remembered. Throws a `RangeError` when
 * one image has none.
 */
function inParts(look: Looker["look"]): Looker["look"] {
  let most = Infinity;
  const seeAll = (network: ModelNetwork, images_BHWC: Tensor4D): Seen => {
    const [rows, ...size] = images_BHWC.shape;
    if (rows <= most) return look(network, images_BHWC);
    const parts = Array.from({ length: Math.ceil(rows / most) }, (_, i) => {
      const from = i * most;
      const part = () => slice(images_BHWC, [from, 0, 0, 0], [Math.min(most, rows - from), ...size]);
      return tidy(() => look(network, part())); // the part is freed before the next is cut
    });
    return {
      embedding: concat(parts.map(({ embedding }) => embedding)),
      logits: concat(parts.map(({ logits }) => logits)),
    };
  };
  return (network, images) => {
    for (;;) {
      try {
        return tidy(() => seeAll(network, images));
      } catch (error) {
        const tried = Math.min(most, images.shape[0]);
        if (refusedByHeap(error) === null || tried === 1) throw error;
        most = Math.ceil(tried / 2);
      }
    }
  };
}
