import type { Experiment } from "../../lib/experiment.ts";
import { random } from "../../lib/random.ts";
import type { EpochRow, RunRecord, ScoreColumns, StepRow } from "../../lib/types.ts";
import type { ScoredRows } from "../../lib/metrics/sources.ts";
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
  /** Draws the scores of its probe; null: it measured none. */
  readonly probe?: number | null;
  /** How many epochs its history has. */
  readonly epochs?: number;
  /** Whether each of them measured embedding distances. */
  readonly distances?: boolean;
}

/** A made-up record: scores are drawn, losses are a noisy decay. Nothing in it was measured. */
export function syntheticRecord(synthetic: Synthetic): RunRecord {
  const { name, seed = 1, terms = { classification: 0.7 }, distance = 1.5, status = "done" } = synthetic;
  const { generators = ["A", "B", "E", "G"], trained = ["A"], sources = 40, steps = 40 } = synthetic;
  const { probe = null, epochs = 0, distances = false } = synthetic;
  const scores = (draw: number, distance: number) => identified(simulate(draw, { sources, generators, distance }));
  const loss = Object.fromEntries(Object.entries(terms).map(([term, weight]) => [term, { kind: term, weight }]));
  const experiment = {
    name,
    tags: {},
    seed,
    data: { train: [{ kind: "pocket", generators: trained }], validation: null, test: [] },
    loss,
  } as unknown as Experiment;
  return {
    format: 3,
    id: `${random(seed, name).permutation(16).join("")}`,
    fingerprint: `${random(seed, name).permutation(16).join("")}`,
    data: null,
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
    error: null,
    started: "2026-01-02T03:04:05Z",
    seconds: 125,
    megabytes: 812.4,
    history: epochRows(seed, { name, epochs, distances }),
    steps: lossRows(seed, { name, terms, steps }),
    skipped: [],
    unreadable: [],
    metrics: {},
    scores: scores(seed * 1000 + Math.round(distance * 10), distance),
    probe: probe === null ? null : scores(probe, 0.4),
    validation: null,
    frozen: null,
    best: null,
  };
}

function identified(rows: ScoredRows): ScoreColumns {
  return {
    ...rows,
    id: rows.source.map((source, row) => `${rows.set[row] ?? "real"}/${source}`),
    generator: rows.set,
    corruption: rows.source.map(() => null),
  };
}

/** Accuracies that rise and level off; the real distance grows, the fake one shrinks. */
function epochRows(
  seed: number,
  { name, epochs, distances }: { name: string; epochs: number; distances: boolean },
): EpochRow[] {
  const draw = random(seed, "epochs", name);
  return Array.from({ length: epochs }, (_, i) => {
    const accuracy = 0.95 - 0.3 * Math.exp(-i) + 0.01 * draw.normal();
    return {
      epoch: i + 1,
      step: 10 * (i + 1),
      rate: 1e-3,
      loss: { total: 0.7 },
      validation: { accuracy, auc: Math.min(1, accuracy + 0.03) },
      distances: distances ? { real: 0.2 + 0.05 * i + 0.01 * draw.uniform(), fake: 0.2 / (i + 1) } : null,
      between: [],
      seconds: { data: 1, step: 2, evaluate: 1 },
      megabytes: { data: 800, step: 812, evaluate: 790 },
    };
  });
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

/** The four variants of the ablation, made up; what is not of one variant alone is given to all. */
export function syntheticAblation(
  { seeds = [1], ...rest }: Omit<Synthetic, "name" | "seed" | "terms" | "distance"> & { seeds?: number[] } = {},
): RunRecord[] {
  return seeds.flatMap((seed) => {
    const all = { ...rest, seed };
    const [classification, contrastive, reconstruction] = [0.7, 1.2, 0.05];
    return [
      syntheticRecord({ ...all, name: "plain", distance: 0.9 }),
      syntheticRecord({
        ...all,
        name: "reconstructions-as-fakes",
        distance: 1.3,
        terms: { classification: 0.69 },
      }),
      syntheticRecord({ ...all, name: "contrastive-only", distance: 1.6, terms: { classification, contrastive } }),
      syntheticRecord({
        ...all,
        name: "dual",
        distance: 1.7,
        terms: { classification, contrastive, reconstruction },
      }),
    ];
  });
}

/** A record whose validation accuracy goes through these values. */
export function through(values: number[], seed = 1): RunRecord {
  const record = syntheticRecord({ name: "dual", seed, epochs: values.length });
  return { ...record, history: record.history.map((row, i) => ({ ...row, validation: { accuracy: values[i] } })) };
}
