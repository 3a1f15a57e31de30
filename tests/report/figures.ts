import { pngUrl } from "../../lib/report/png.ts";
import { random } from "../../lib/random.ts";
import {
  type BenchRun,
  compare,
  type EmbeddedModel,
  type Figure,
  type MatrixCell,
  mostWrong,
  plot,
  type RobustnessRow,
  type TimestepError,
} from "../../lib/report/mod.ts";
import type { Interval } from "../../lib/types.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

/** The eight generators of GenImage. */
export const generators = ["Midjourney", "SD v1.4", "SD v1.5", "ADM", "GLIDE", "Wukong", "VQDM", "BigGAN"];

/** One figure of every kind, of made-up numbers, by the name that `plot` has for it. */
export function everyFigure(): Record<keyof typeof plot, Figure> {
  const records = syntheticAblation({ seeds: [1, 2], epochs: 12, distances: true, probe: 7, steps: 200 });
  const table = compare(records, { baseline: "plain" });
  return {
    ablation: plot.ablation(table),
    bars: plot.bars(table),
    benchHistory: plot.benchHistory(benchRuns()),
    calibration: plot.calibration(records),
    cost: plot.cost([
      { name: "LaRE, one step", seconds: [0.041, 0.043, 0.052, 0.044] },
      { name: "DIRE, 20 + 20 steps", seconds: [1.9, 2.1, 2.0, 2.4] },
      { name: "AEROBLADE, one round trip", seconds: [0.12, 0.13, 0.12] },
    ]),
    curves: plot.curves(records),
    distances: plot.distances(records),
    dots: plot.dots(table),
    embedding: plot.embedding(models()),
    ensemble: plot.ensemble(["LaRE²", "no map"].flatMap((method, m) =>
      [1, 2, 4, 8, 16].map((size) => ({
        method,
        size,
        seconds: 0.02 + 0.024 * size,
        accuracy: around(0.93 - 0.12 / size - 0.08 * m, 0.015),
      }))
    )),
    epochs: plot.epochs(records),
    errorMaps: plot.errorMaps(
      pictures(8).map(({ source, values }, i) => ({
        title: i % 2 === 0 ? "real" : `fake, ${generators[i]}`,
        source,
        map: { width: 16, height: 16, values },
      })),
      { title: "latent error" },
    ),
    heatmap: plot.heatmap(swept(), { across: "λ", down: "γ" }),
    matrix: plot.matrix(crossed()),
    montage: plot.montage(
      mostWrong(syntheticRecord({ name: "dual", sources: 90, generators }).scores, 14)
        .map((wrong, i) => ({ ...wrong, source: pictures(14)[i].source })),
    ),
    pairDistances: plot.pairDistances(models()),
    robustness: plot.robustness(spoilt()),
    roc: plot.roc(records),
    timesteps: plot.timesteps(errors()),
  };
}

/** A suite that gains, one that loses, on two machines. */
export function benchRuns(): BenchRun[] {
  const draw = random(4, "benches");
  return ["EPYC, family 25", "Xeon, family 6"].flatMap((processor, machine) =>
    Array.from({ length: 12 - 4 * machine }, (_, i): BenchRun => ({
      date: `2026-11-${10 + i}T08:00:00Z`,
      commit: `${(0xabc1234 + 4321 * i).toString(16)}def`,
      ...{ processor, deno: "2.9.6", form: "full", load: 0.4 },
      ratios: Object.fromEntries(
        ["kernels on wasm", "training step on wasm", "report"].flatMap((suite, s) =>
          ["one", "two", "three"].map((
            name,
            n,
          ) => [
            `${suite}: ${name}`,
            (1 + n) * (1 + 0.02 * draw.normal()) * (s === 0 && i > 5 ? 0.85 : 1 + 0.01 * s * i),
          ])
        ),
      ),
    }))
  );
}

function around(value: number, half: number): Interval {
  return { value, low: value - half, high: Math.min(1, value + half) };
}

/** As in the dual-loss project's figure: contrastive alone draws three kinds together, dual moves one of them away. */
export function models(images = 60): EmbeddedModel[] {
  return [["contrastive-only", 0.1], ["dual", 0.9]].map(([name, apart]) => {
    const draw = random(1, "embeddings", name);
    const near = (centre: readonly number[]): number[] =>
      Array.from({ length: 24 }, (_, i) => (centre[i] ?? 0) + 0.16 * draw.normal());
    const rows = Array.from({ length: images }, (_, i) => [
      { id: `nature/${i}.png`, group: "real" as const, x: near([1, 0, 0]) },
      { id: `nature/${i}.png`, group: "realRec" as const, x: near([-0.6, Number(apart), 0]) },
      { id: `ai/${i}.png`, group: "fake" as const, x: near([-1, 0, 0]) },
      { id: `ai/${i}.png`, group: "fakeRec" as const, x: near([-1, 0.05, 0.1]) },
    ]).flat();
    return { name: String(name), rows };
  });
}

function swept() {
  return compare([0, 0.01, 0.05, 0.1].flatMap((λ) =>
    [0.25, 0.5, 1, 2].map((γ) => {
      const record = syntheticRecord({
        name: `λ ${λ}, γ ${γ}`,
        terms: { λ: λ + 1e-6, γ },
        distance: 1 + 8 * λ - 0.1 * γ,
        sources: 60,
      });
      return { ...record, experiment: { ...record.experiment, tags: { λ, γ } } };
    })
  ));
}

function crossed(): MatrixCell[] {
  const draw = random(2, "crossed");
  return ["ResNet-50", "LaRE²"].flatMap((method, m) =>
    generators.flatMap((trained) =>
      generators.map((tested) => {
        const value = trained === tested ? 0.98 : 0.55 + 0.15 * m + 0.25 * draw.uniform();
        return { method, trained, tested, value: around(value, 0.015 + 0.01 * draw.uniform()) };
      })
    )
  );
}

function spoilt(): RobustnessRow[] {
  const kinds: [string, number[]][] = [
    ["jpeg", [95, 90, 75, 60, 50, 30]],
    ["scale", [1, 0.75, 0.5, 0.25]],
    ["blur", [0, 1, 2, 3]],
    ["noise", [0, 5, 10, 20]],
    ["crop", [1, 0.8, 0.6]],
  ];
  return ["plain", "dual", "trained with JPEG"].flatMap((method, m) =>
    kinds.flatMap(([corruption, strengths]) =>
      strengths.map((strength, i): RobustnessRow => {
        const lost = (0.35 - 0.12 * m) * (i / (strengths.length - 1)) ** 1.3;
        return { method, corruption, strength, set: "mean", metric: around(0.9 + 0.02 * m - lost, 0.02) };
      })
    )
  );
}

function errors(): TimestepError[] {
  const draw = random(3, "timesteps");
  return (["real", "fake"] as const).flatMap((label, fake) =>
    Array.from({ length: 40 }, (_, image) => {
      const own = 1 + 0.25 * draw.normal();
      return [20, 100, 200, 280, 400, 600, 800, 980].map((timestep) => ({
        id: `${label}/${image}`,
        label,
        timestep,
        error: own * (0.02 + 0.2 * Math.exp(-timestep / 180)) *
          (1 - 0.22 * fake * Math.exp(-(((timestep - 280) / 260) ** 2))),
      }));
    }).flat()
  );
}

/** Made-up pictures, a coloured slope each, with a map over 16 × 16 places. */
export function pictures(count: number): { source: string; values: number[] }[] {
  const side = 48;
  return Array.from({ length: count }, (_, i) => {
    const draw = random(i, "picture");
    const [r, g, b, cx, cy] = Array.from({ length: 5 }, () => draw.uniform());
    const pixels = new Uint8Array(4 * side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const near = Math.exp(-8 * ((x / side - cx) ** 2 + (y / side - cy) ** 2));
        pixels.set([255 * (r * y / side), 255 * (0.3 * g + 0.7 * near), 255 * (b * x / side), 255], 4 * (y * side + x));
      }
    }
    const values = Array.from({ length: 256 }, (_, k) => {
      const [x, y] = [k % 16 / 16, Math.floor(k / 16) / 16];
      return Math.exp(-10 * ((x - cx) ** 2 + (y - cy) ** 2)) + 0.1 * draw.uniform();
    });
    return { source: pngUrl(pixels, { width: side, height: side }), values };
  });
}
