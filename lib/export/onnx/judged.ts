/** What is said of an image, in the graph: its score, and the probability that a calibration makes of it. */
// N images
import type { Calibration } from "../../metrics/calibration.ts";
import type { Isotonic } from "../../metrics/isotonic.ts";
import { NEAREST } from "../../metrics/nll.ts";
import type { Graph, Value } from "../../onnx/graph.ts";
import * as o from "../../onnx/operations.ts";
import type { DrawnNetwork } from "./network.ts";

/**
 * Gives out what there is to say of images: "logits" [N, K], "embedding" [N, D], "score" [N], the probability of fake as
 * the network has it, which a threshold is compared with, and "probability" [N], calibrated.
 *
 * @param calibration null: the probability is the score
 */
export function giveOut(drawn: DrawnNetwork, calibration: Calibration | null): void {
  const { graph, logits, embedding, classes, width } = drawn;
  const score = scoreOf(drawn);
  const flat = (value: Value) => o.reshape(value, [-1]);
  graph.output("logits", logits, { shape: ["batch", classes] });
  graph.output("embedding", embedding, { shape: ["batch", width] });
  graph.output("score", flat(score), { shape: ["batch"] });
  graph.output("probability", flat(calibration === null ? score : calibratedOf(score, calibration)), {
    shape: ["batch"],
  });
}

/** [N, K] → [N, 1]: the sigmoid of one logit, or the second of two by softmax. */
function scoreOf({ logits, classes }: DrawnNetwork): Value {
  return classes === 1 ? o.sigmoid(logits) : o.slice(o.softmax(logits), { axis: 1, from: 1, to: 2 });
}

/** As `calibrated` has it, in float64, since log-odds near 0 and 1 hang on the last bits. [N, 1] → [N, 1] */
function calibratedOf(score: Value, fit: Calibration): Value {
  const { graph } = score;
  const wide = graph.node("Cast", [score], { to: 11 });
  return o.toFloat(fit.kind === "isotonic" ? risen(wide, fit) : bent(wide, lineOf(fit)));
}

function lineOf(fit: Exclude<Calibration, Isotonic>): { readonly slope: number; readonly offset: number } {
  return fit.kind === "platt" ? fit : { slope: 1 / fit.temperature, offset: 0 };
}

/** The sigmoid of a line through the log-odds. */
function bent(score: Value, { slope, offset }: { readonly slope: number; readonly offset: number }): Value {
  const { graph } = score;
  const number = (value: number) => wides(graph, [value], []);
  const within = graph.node("Clip", [score, number(NEAREST), number(1 - NEAREST)]);
  const odds = o.sub(graph.node("Log", [within]), graph.node("Log", [graph.node("Sub", [number(1), within])]));
  const line = o.add(o.mul(odds, number(slope)), number(offset));
  return graph.node("Reciprocal", [o.add(o.exp(graph.node("Neg", [line])), number(1))]);
}

/** A rising line of points: each stretch adds as much of its rise as the score has passed of it. */
function risen(score: Value, { scores, probabilities }: Isotonic): Value {
  const { graph } = score;
  const start = wides(graph, [probabilities[0]], []);
  const steps = scores.slice(1).map((end, i) => ({
    from: scores[i],
    width: end - scores[i],
    rise: probabilities[i + 1] - probabilities[i],
  }));
  if (steps.length === 0) return o.add(o.mul(score, wides(graph, [0], [])), start);
  const row = (values: readonly number[]) => wides(graph, values, [1, steps.length]);
  const share = graph.node("Clip", [
    o.div(o.sub(score, row(steps.map(({ from }) => from))), row(steps.map(({ width }) => width))),
    wides(graph, [0], []),
    wides(graph, [1], []),
  ]);
  return o.add(o.matMul(share, wides(graph, steps.map(({ rise }) => rise), [steps.length, 1])), start);
}

function wides(graph: Graph, values: readonly number[], shape: readonly number[]): Value {
  return graph.weight({ shape, data: Float64Array.from(values) });
}
