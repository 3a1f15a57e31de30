/** The two ways in which a network sees a batch: as it is judged, and as it learns. */
import { clone, type Tensor, type Tensor4D } from "../engine/ops.ts";
import { applyBatchNorm, type Norm, trainingNorm } from "./batch_norm.ts";

/** Random numbers 0…1 by name, drawn outside: a recorded step takes them as inputs. */
export type Draws = Readonly<Record<string, Tensor>>;

/** What layers ask of the pass that they are in. */
export interface Pass {
  /** Batch norm: by what it remembers, or by the batch. */
  readonly norm: Norm;
  /** The numbers of this name; null where nothing is left out. */
  readonly draw: (name: string) => Tensor | null;
  /**
   * What becomes of the last map of a convolutional network on its way to the features [B, H, W, C]; as it is where this
   * is left out. An explanation looks at it here.
   */
  readonly lastMap?: (map: Tensor4D) => Tensor4D;
}

/** A network as it is judged: norms by what they remember, nothing left out. */
export const judging: Pass = { norm: applyBatchNorm, draw: () => null };

/** A network as it learns, and what becomes of its buffers. */
export interface Learning extends Pass {
  /** A buffer's successor, a copy of it where its norm is frozen or was not called; the caller owns it. */
  readonly moved: (buffer: Tensor) => Tensor;
}

/**
 * A pass of a network that learns. Norms that are frozen go by what they remember and leave it as it is, so that a
 * frozen network says the same of an image throughout.
 *
 * @param options `learns`: whether a weight is among those that learn; `draws`: of the parts that learn
 */
export function learning({ learns, draws }: { learns: (weight: Tensor) => boolean; draws: Draws }): Learning {
  const training = trainingNorm();
  return {
    norm: (params, ...rest) => (learns(params.weight) ? training.norm : applyBatchNorm)(params, ...rest),
    draw: (name) => draws[name] ?? null,
    moved: (buffer) => training.moved(buffer) ?? clone(buffer),
  };
}

/** The last map as a pass has it. */
export function lastMapOf({ lastMap }: Pass, map_BHWC: Tensor4D): Tensor4D {
  return lastMap === undefined ? map_BHWC : lastMap(map_BHWC);
}

/** A pass for one part of a network, whose draws are named after its own weights: `prefix` comes before the names. */
export function within(pass: Pass, prefix: string): Pass {
  return { ...pass, draw: (name) => pass.draw(`${prefix}.${name}`) };
}
