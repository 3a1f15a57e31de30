/** Metrics of a million scores, alone and together, their intervals, and the reading of a file of them. */
import { readScores } from "../lib/evaluate/scores_file.ts";
import { auc, averagePrecision, bootstrap, describeScores, fitIsotonic } from "../lib/metrics/mod.ts";
import { random } from "../lib/random.ts";
import { simulate } from "../tests/metrics/simulated.ts";
import { bench } from "./benched.ts";

const ROWS = 1_000_000;
const draw = random(1, "scores");
const labels = Uint8Array.from({ length: ROWS }, (_, i) => i % 2);
const scores = Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-draw.normal() - (label === 1 ? 1 : -1))));
const some = simulate(1, { sources: 875, generators: ["A", "B", "E", "G"] });
const text = ["id,label,score"].concat(
  Array.from({ length: ROWS / 10 }, (_, i) => `image-${i}.png,${labels[i]},${scores[i].toFixed(7)}`),
).join("\n");

const group = "a million scores";
bench({ group, name: "AUC", watch: "short", fn: () => auc(labels, scores) });
bench({ group, name: "average precision", fn: () => averagePrecision(labels, scores) });
bench({ group, name: "every metric", fn: () => describeScores(labels, scores) });
bench({ group, name: "isotonic calibration", fn: () => fitIsotonic(labels, scores) });
bench({ group: "scores", name: "a file of 100,000", fn: () => readScores(text, { file: "scores.csv" }) });
bench({
  ...{ group: "bootstrap", name: "875 photographs and 4 generators, 500 resamples", watch: "short" },
  fn: () => bootstrap([some], { trained: ["A"], resamples: 500 }),
});
