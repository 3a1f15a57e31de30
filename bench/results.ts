/** What was measured, as a page in Markdown. */
import { environment } from "../lib/runs/environment.ts";
import { wheels } from "../lib/engine/tensorflow/wheels.ts";
import type { BackendName } from "../lib/engine/backend.ts";
import type { Times } from "./compare.ts";
import { images, readers, type Reading } from "./data_rows.ts";
import type { Alone, Diffusion } from "./diffusion_rows.ts";
import { forwardGoals, type ForwardNetwork, rows as forwardRows } from "./forward.ts";
import { median } from "./median.ts";
import type { Network } from "./networks.ts";

/** Times of a network on a backend. */
export interface TimeRow<N> extends Times {
  readonly network: N;
  readonly backend: BackendName;
  readonly threads: number;
}

/** Peaks of resident memory, bytes. */
export interface MemoryRow {
  readonly network: Network;
  readonly threads: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Times of passes over images that are read. */
export interface DataRow extends Times {
  readonly reading: Reading;
}

/** Times of diffusion. */
export interface DiffusionRow extends Times {
  readonly diffusion: Diffusion;
  readonly threads: number;
}

/** What our side does by itself: one value a round. */
export type AloneRow = Alone["figures"][number] & { readonly threads: number; readonly values: readonly number[] };

/** Everything that one run of the bench found. */
export interface Found {
  /** Training steps. */
  readonly steps: readonly TimeRow<Network>[];
  readonly forwards: readonly TimeRow<ForwardNetwork>[];
  readonly peaks: readonly MemoryRow[];
  /** Passes over images. */
  readonly data: readonly DataRow[];
  readonly diffusion: readonly DiffusionRow[];
  readonly alone: readonly AloneRow[];
  /** Rows that could not be measured here, and why. */
  readonly leftOut: readonly { readonly title: string; readonly reason: string }[];
}

/** The tables, and what they were measured with. */
export async function report(
  { steps, forwards, peaks, data, diffusion, alone, leftOut }: Found,
): Promise<string> {
  return [
    "# Times beside PyTorch's",
    "`deno task bench:peers`. Each side is a process of its own with as many threads; they take turns of two steps or " +
    "passes, of which the second counts, or of one that takes seconds. Two figures are the least and the median; a ratio is that of neighbouring " +
    "turns, and its median is held against the goal.",
    ...(steps.length === 0 ? [] : [
      "## Training steps",
      "Forward, backward and AdamW from the same weights on the same images, milliseconds; the ratio is our time over " +
      "PyTorch's. Where nothing else is said both compute in float32.",
      table(timeHead, steps.map(stepCells)),
    ]),
    ...(peaks.length === 0 ? [] : [
      "Most resident memory of a fresh process that loads the weights and does three steps, MiB.",
      table(memoryHead, peaks.map(memoryCells)),
    ]),
    ...(forwards.length === 0 ? [] : [
      "## Forward passes",
      `Features of ${forwardRows} images of 224² by the published networks, from weights under the names of timm and ` +
      "open_clip, against those libraries; images a second, the ratio is ours over PyTorch's.",
      table(timeHead, forwards.map(forwardCells)),
    ]),
    ...(data.length === 0 ? [] : [
      "## Images",
      `Passes over ${images} images, read, decoded and augmented anew in each; images a second. Files are read by ${readers} workers ` +
      "of ours and of a DataLoader with PIL and albumentations, parquet beside pyarrow with PIL; the ratio is ours over theirs.",
      table(dataHead, data.map(dataCells)),
    ]),
    ...(diffusion.length === 0 ? [] : [
      "## Diffusion",
      "SD 1.5 of random weights in real size, float32, through ONNX Runtime and through diffusers on PyTorch, seconds; both sides have the " +
      "same weights, pictures and noise. The ratio is our time over PyTorch's; where the goal is a least one, PyTorch's over ours. " +
      "The reconstruction of 50 steps is timed from three of its predictions, which are all alike.",
      table(diffusionHead, diffusion.map(diffusionCells)),
    ]),
    ...(alone.length === 0 ? [] : [
      "Of our side by itself, in a process of its own for each of the rounds; the median counts.",
      table(["", "threads", "rounds", "found", "goal", ""], alone.map(aloneCells)),
    ]),
    ...(leftOut.length === 0 ? [] : [leftOut.map(({ title, reason }) => `Left out, ${title}: ${reason}`).join("\n\n")]),
    "## Measured with",
    await measuredWith([...steps, ...forwards], data, diffusion),
  ].join("\n\n") + "\n";
}

const timeHead = ["network", "backend", "threads", "rounds", "ours", "PyTorch", "ratio", "goal", ""];

function stepCells({ network, backend, threads, ours, theirs }: TimeRow<Network>): string[] {
  const ratios = ours.map((time, i) => time / theirs[i]);
  const most = network.goals.find((goal) => goal.backend === backend && goal.threads.includes(threads))?.most;
  return [
    network.title,
    backend,
    `${threads}`,
    `${ours.length}`,
    leastAndMedian(ours, 1),
    leastAndMedian(theirs, 1),
    leastAndMedian(ratios, 2),
    ...goalCells(median(ratios), { most }),
  ];
}

function forwardCells({ network, backend, threads, ours, theirs }: TimeRow<ForwardNetwork>): string[] {
  const perSecond = (times: readonly number[]) => times.map((time) => 1000 * forwardRows / time);
  const ratios = ours.map((time, i) => theirs[i] / time);
  const goal = forwardGoals.find((each) => each.backend === backend && each.threads === threads);
  return [
    network.title,
    backend,
    `${threads}`,
    `${ours.length}`,
    leastAndMedian(perSecond(ours), 1),
    leastAndMedian(perSecond(theirs), 1),
    leastAndMedian(ratios, 2),
    ...goalCells(median(ratios), { least: goal?.least }),
  ];
}

const dataHead = ["images", "rounds", "ours", "theirs", "ratio", "goal", ""];

function dataCells({ reading: { title, least }, ours, theirs }: DataRow): string[] {
  const perSecond = (times: readonly number[]) => times.map((time) => 1000 * images / time);
  const ratios = ours.map((time, i) => theirs[i] / time);
  return [
    title,
    `${ours.length}`,
    leastAndMedian(perSecond(ours), 0),
    leastAndMedian(perSecond(theirs), 0),
    leastAndMedian(ratios, 2),
    ...goalCells(median(ratios), { least }),
  ];
}

const diffusionHead = ["", "threads", "rounds", "ours", "PyTorch", "ratio", "goal", ""];

function diffusionCells({ diffusion: { title, most, least }, threads, ours, theirs }: DiffusionRow): string[] {
  const seconds = (times: readonly number[]) => times.map((time) => time / 1000);
  const ratios = ours.map((time, i) => least === undefined ? time / theirs[i] : theirs[i] / time);
  return [
    title,
    `${threads}`,
    `${ours.length}`,
    leastAndMedian(seconds(ours), 2),
    leastAndMedian(seconds(theirs), 2),
    leastAndMedian(ratios, 2),
    ...goalCells(median(ratios), { most, least }),
  ];
}

function aloneCells({ title, most, digits, threads, values }: AloneRow): string[] {
  const found = median(values);
  return [title, `${threads}`, `${values.length}`, leastAndMedian(values, digits), ...goalCells(found, { most })];
}

const memoryHead = ["network", "backend", "threads", "ours", "PyTorch", "ratio", "goal", ""];

function memoryCells({ network, threads, ours, theirs }: MemoryRow): string[] {
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const ratio = ours / theirs;
  const told = [megabytes(ours), megabytes(theirs), ratio.toFixed(2)];
  return [
    network.title,
    "tensorflow",
    `${threads}`,
    ...told,
    ...goalCells(ratio, { most: network.memory ?? undefined }),
  ];
}

function goalCells(
  ratio: number,
  { most = Infinity, least = 0 }: { most?: number; least?: number },
): [goal: string, reached: string] {
  if (most === Infinity && least === 0) return ["", ""];
  return [least === 0 ? `≤ ${most}` : `≥ ${least}`, ratio <= most && ratio >= least ? "reached" : "missed"];
}

async function measuredWith(
  times: readonly Times[],
  data: readonly Times[],
  diffusion: readonly DiffusionRow[],
): Promise<string> {
  const { counterproof, deno, system, packages, commit } = await environment({
    backend: "cpu",
    threads: 1,
    hashes: {},
  });
  const pytorch = [...new Set(times.map((row) => row.pytorch))];
  const apart = Math.max(...times.map((row) => row.apart));
  return [
    ["machine", `${await processor()}; ${system}`],
    ["load", `${Deno.loadavg()[0].toFixed(1)} over the last minute, the bench's own of 1 to 2 included`],
    ["date", new Date().toISOString().slice(0, 10)],
    ["commit", `${commit ?? "unknown"} (Counterproof ${counterproof})`],
    [
      "versions",
      `Deno ${deno}, TensorFlow.js ${packages["@tensorflow/tfjs"]}, ${wheels.cpu[0].package} ${wheels.cpu[0].version}`,
    ],
    ...(times.length === 0 ? [] : [
      ["PyTorch", `${pytorch.join("; ")} (with timm and open_clip for forward passes); channels_last, fused AdamW`],
      ["first losses and features", `at most ${apart.toExponential(0)} apart, relative to the larger of 1 and theirs`],
    ]),
    ...(diffusion.length === 0 ? [] : [
      [
        "diffusion",
        `ONNX Runtime ${packages["onnxruntime-node"] ?? "?"} beside ${diffusion[0].pytorch}; results at most ` +
        `${Math.max(...diffusion.map((row) => row.apart)).toExponential(0)} apart, relative to theirs`,
      ],
    ]),
    ...(data.length === 0 ? [] : [["readers of images", [...new Set(data.map((row) => row.pytorch))].join("; ")]]),
  ].map(([name, told]) => `- ${name}: ${told}`).join("\n");
}

/** Its name; that of the architecture where the system does not tell. */
async function processor(): Promise<string> {
  if (Deno.build.os !== "linux") return Deno.build.arch;
  return /^model name\s*:\s*(.+)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** "96.0 / 97.6" */
export function leastAndMedian(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} / ${median(values).toFixed(digits)}`;
}
