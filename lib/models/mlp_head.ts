// B samples · F features of the backbone · D width of the last hidden layer · K classes
import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part, show } from "../definition/part.ts";
import { leakyRelu, type Tensor2D, tidy } from "../engine/ops.ts";
import { type BatchNormBuffers, initBatchNorm } from "../nn/batch_norm.ts";
import { dropout } from "../nn/dropout.ts";
import { type Draw, type Streams, uniformHe, zeros } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams } from "../nn/linear.ts";
import { initNorm, type NormParams } from "../nn/norm.ts";
import type { Pass } from "../nn/pass.ts";
import type { Outputs } from "../types.ts";
import type { DrawShapes, Network } from "./network.ts";

/**
 * A perceptron on the features: linear layer, batch norm, leaky ReLU and dropout for each width, then a classifier.
 *
 * Source: Robust CLIP (Santosh et al. 2024), whose numbers are the defaults, on the features of CLIP's two towers.
 */
export interface MlpHead extends Part<"mlp"> {
  /** K: 1 gives the log-odds of fake (binary cross-entropy), 2 logits of real and fake (cross-entropy). */
  readonly classes: 1 | 2;
  /** Width of each hidden layer. */
  readonly widths: readonly number[];
  /** Share of each hidden layer that training leaves out of each sample, 0 ≤ dropout < 1. */
  readonly dropout: number;
  /** What the leaky ReLU multiplies negative values by. */
  readonly slope: number;
}

/** Defines a perceptron as head. */
export const mlp: Maker<MlpHead> = part(
  "mlp",
  { classes: 1, widths: [1536, 1536, 1536], dropout: 0.335, slope: 0.01 },
  {
    check({ classes, widths, dropout, slope }) {
      checkNumber("mlp.classes", classes, { from: 1, to: 2, integer: true });
      if (!Array.isArray(widths) || widths.length === 0) {
        throw new RangeError(`Cannot define mlp: widths ${show(widths)}, expected at least one; linear() has none`);
      }
      for (const width of widths) checkNumber("mlp.widths", width, { from: 1, integer: true });
      checkNumber("mlp.dropout", dropout, { from: 0, below: 1 });
      checkNumber("mlp.slope", slope, { from: 0, below: 1 });
    },
  },
);

/** Places in the reference's sequence, four a hidden layer: linear layer, norm, and two without parameters. */
type Places<T> = { readonly [place: number]: T };

/** Parameters under the reference's names: hidden layer i at `layers.4i`, its norm at `layers.4i+1`. */
export type MlpParams = {
  readonly layers: Places<LinearParams | NormParams>;
  readonly output_layer: LinearParams;
};

/** What its norms remember, at their places. */
export type MlpBuffers = { readonly layers: Places<BatchNormBuffers> };

/**
 * A fresh head: weights uniform as He et al. 2015 have it for ReLU, which the reference takes for its leaky one too,
 * biases 0 (the reference leaves them at PyTorch's ±1/√n), norms 1 and 0.
 *
 * @param width F
 * @param streams null makes all zeros, a template for a checkpoint
 */
export function initMlp(
  { widths, classes }: MlpHead,
  { width, streams }: { width: number; streams: Streams | null },
): Network<MlpParams, MlpBuffers> {
  const draw = (name: string): Draw => streams === null ? zeros : uniformHe(streams(name));
  const layers = widths.flatMap((outputs, i) => [
    [4 * i, initLinear({ inputs: widths[i - 1] ?? width, outputs }, draw(`layers.${4 * i}`))] as const,
    [4 * i + 1, initNorm(outputs)] as const,
  ]);
  return {
    params: {
      layers: Object.fromEntries(layers),
      output_layer: initLinear({ inputs: widths.at(-1)!, outputs: classes }, draw("output_layer")),
    },
    buffers: { layers: Object.fromEntries(widths.map((outputs, i) => [4 * i + 1, initBatchNorm(outputs)])) },
  };
}

/**
 * [B, F] → embedding [B, D] and logits [B, K]. The embedding is the last hidden layer before its dropout: what a metric
 * loss compares shall not hang on which values two samples happen to lack.
 */
export function applyMlp(
  { widths, dropout: rate, slope }: MlpHead,
  { params: { layers, output_layer }, buffers }: Network<MlpParams, MlpBuffers>,
  { features, pass }: { readonly features: Tensor2D; readonly pass: Pass },
): Outputs {
  return tidy(() => {
    let embedding_BD = features, kept_BD = features;
    for (const i of widths.keys()) {
      const [linear, norm] = [4 * i, 4 * i + 1];
      const z_BD = applyLinear(layers[linear], kept_BD);
      embedding_BD = leakyRelu(pass.norm(layers[norm], buffers.layers[norm], z_BD) as Tensor2D, slope);
      kept_BD = dropout(embedding_BD, { rate, uniform: pass.draw(dropName(i)) }) as Tensor2D;
    }
    return { embedding: embedding_BD, logits: applyLinear(output_layer, kept_BD) as Tensor2D };
  });
}

function dropName(layer: number): string {
  return `layers.${4 * layer + 3}`;
}

/** One number for each value of a hidden layer. */
export function mlpDraws({ widths, dropout }: MlpHead, { rows }: { rows: number }): DrawShapes {
  if (dropout === 0) return {};
  return Object.fromEntries(widths.map((width, i) => [dropName(i), [rows, width]]));
}
