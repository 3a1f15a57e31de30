import type { Experiment } from "../../lib/experiment.ts";
import { random } from "../../lib/random.ts";
import type { RunRecord, StepRow } from "../../lib/types.ts";
import { simulate } from "../metrics/simulated.ts";

/** What to make up. */
export interface Synthetic {
  readonly name: string;
  readonly seed?: number;
  /** Loss terms by name, with the value each begins at. */
  readonly terms?: Readonly<Record<string, number>>;
  /** Distance of real and fake scores, in standard deviations. */
  readonly distance?: number;
  readonly generators?: readonly string[];
  readonly trained?: readonly string[];
  readonly sources?: number;
  readonly steps?: number;
  readonly status?: RunRecord["status"];
}

/** A made-up record: scores are drawn, losses are a noisy decay. Nothing in it was measured. */
export function syntheticRecord(synthetic: Synthetic): RunRecord {
  const { name, seed = 1, terms = { classification: 0.7 }, distance = 1.5, status = "done" } = synthetic;
  const { generators = ["A", "B", "E", "G"], trained = ["A"], sources = 40, steps = 40 } = synthetic;
  const scores = simulate(seed * 1000 + Math.round(distance * 10), { sources, generators, distance });
  const loss = Object.fromEntries(Object.entries(terms).map(([term, weight]) => [term, { kind: term, weight }]));
  const experiment = {
    name,
    tags: {},
    seed,
    data: { train: [{ kind: "pocket", generators: trained }], validation: null, test: [] },
    loss,
  } as unknown as Experiment;
  return {
    format: 2,
    id: `${random(seed, name).permutation(16).join("")}`,
    experiment,
    environment: {
      counterproof: "0.1.0",
      deno: "2.9.6",
      v8: "14.0",
      system: "linux x86_64, 2 cores",
      backend: "wasm",
      threads: 2,
      packages: { "@tensorflow/tfjs": "4.22.0" },
      commit: null,
      hashes: { "pocket/world.json": "synthetic" },
    },
    status,
    started: "2026-01-02T03:04:05Z",
    seconds: 125,
    megabytes: 812.4,
    history: [],
    steps: lossRows(seed, { name, terms, steps }),
    metrics: {},
    scores: { ...scores, id: scores.source.map((source, row) => `${scores.set[row] ?? "real"}/${source}`) },
    probe: null,
    best: null,
  };
}

function lossRows(
  seed: number,
  { name, terms, steps }: { name: string; terms: Readonly<Record<string, number>>; steps: number },
): StepRow[] {
  const draw = random(seed, "losses", name);
  return Array.from({ length: steps }, (_, i) => {
    const parts = Object.entries(terms).map(([term, start]): [string, number] => {
      return [term, start * (0.25 + 0.75 * Math.exp(-4 * i / steps)) * Math.exp(0.25 * draw.normal())];
    });
    const total = parts.reduce((sum, [, value]) => sum + value, 0);
    return { step: i + 1, epoch: 1 + Math.floor(4 * i / steps), loss: { total, ...Object.fromEntries(parts) } };
  });
}

/** The four variants of the ablation, made up. */
export function syntheticAblation(
  { seeds = [1], sources = 40, steps = 40 }: { seeds?: number[]; sources?: number; steps?: number } = {},
): RunRecord[] {
  return seeds.flatMap((seed) => [
    syntheticRecord({ name: "plain", seed, distance: 0.9, sources, steps }),
    syntheticRecord({
      name: "reconstructions-as-fakes",
      seed,
      distance: 1.3,
      sources,
      steps,
      terms: { classification: 0.69 },
    }),
    syntheticRecord({
      name: "contrastive-only",
      seed,
      distance: 1.6,
      sources,
      steps,
      terms: { classification: 0.7, contrastive: 1.2 },
    }),
    syntheticRecord({
      name: "dual",
      seed,
      distance: 1.7,
      sources,
      steps,
      terms: { classification: 0.7, contrastive: 1.2, reconstruction: 0.05 },
    }),
  ]);
}
