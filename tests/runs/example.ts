import type { RunRecord } from "../../lib/types.ts";

/** A finished run's record, small and whole. */
export function exampleRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    format: 3,
    id: "c3bbf8d1e5f5".padEnd(64, "0"),
    fingerprint: "f1".padEnd(64, "0"),
    data: "da".padEnd(64, "0"),
    experiment: { name: "Dual loss, λ = 0.05", seed: 1 } as RunRecord["experiment"],
    environment: {
      counterproof: "0.1.0",
      deno: "2.9.6",
      v8: "14.0",
      system: "linux",
      backend: "cpu",
      threads: 1,
      packages: { sharp: "0.35.5" },
      commit: null,
      hashes: {},
    },
    status: "done",
    error: null,
    started: "2026-11-22T06:00:00.000Z",
    seconds: 12.5,
    megabytes: 300,
    history: [],
    skipped: [],
    unreadable: [],
    steps: [{ step: 1, epoch: 1, loss: { total: 0.7, contrastive: NaN } }],
    metrics: { sd14: { accuracy: 0.75, auc: -Infinity } },
    scores: {
      id: ["a", "b"],
      source: ["a", "a"],
      generator: [null, "sd14"],
      set: [null, "sd14"],
      corruption: [null, null],
      label: [0, 1],
      score: [0.1, 1 / 3],
    },
    probe: {
      id: ["b"],
      source: ["a"],
      generator: ["sd14"],
      set: ["sd14"],
      corruption: [null],
      label: [1],
      score: [0.25],
    },
    validation: {
      id: ["c", "d"],
      source: ["c", "d"],
      generator: [null, "sd14"],
      set: [null, "sd14"],
      corruption: [null, null],
      label: [0, 1],
      score: [0.125, 0.875],
    },
    frozen: {
      threshold: {
        threshold: 0.5,
        goal: "accuracy",
        real: 1,
        fake: 1,
        accuracy: 1,
        realAccuracy: 1,
        fakeAccuracy: 1,
      },
      calibration: { kind: "temperature", temperature: 1 },
    },
    best: { epoch: 1, step: 3, checkpoint: "best.safetensors", sha256: "be".padEnd(64, "0") },
    ...changes,
  };
}

/** Runs `body` with a folder of its own, which is gone afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "counterproof-test-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
