/** What was measured, as a page in Markdown. */
import { environment } from "../lib/runs/environment.ts";
import { wheels } from "../lib/engine/tensorflow/wheels.ts";
import type { BackendName } from "../lib/engine/backend.ts";
import type { Times } from "./compare.ts";
import type { Network } from "./networks.ts";

/** Times of a network on a backend. */
export interface TimeRow extends Times {
  readonly network: Network;
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

/** Everything that one run of the bench found. */
export interface Found {
  readonly times: readonly TimeRow[];
  readonly peaks: readonly MemoryRow[];
}

/** The tables, and what they were measured with. */
export async function report({ times, peaks }: Found): Promise<string> {
  return [
    "# Training steps beside PyTorch's",
    "Forward, backward and AdamW from the same weights on the same images, `deno task bench:peers`. Each side is a " +
    "process of its own with as many threads; they take turns of two steps, of which the second counts. Times are " +
    "least / median in milliseconds; the ratio is ours over PyTorch's of neighbouring turns, least / median, and the median is held against the goal.",
    ...(times.length === 0 ? [] : [table(timeHead, times.map(timeCells))]),
    ...(peaks.length === 0 ? [] : [
      "Most resident memory of a fresh process that loads the weights and does three steps, MiB.",
      table(memoryHead, peaks.map(memoryCells)),
    ]),
    await measuredWith(times),
  ].join("\n\n") + "\n";
}

const timeHead = ["network", "backend", "threads", "rounds", "ours", "PyTorch", "ratio", "goal", ""];

function timeCells({ network, backend, threads, ours, theirs }: TimeRow): string[] {
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
    ...goalCells(median(ratios), most ?? null),
  ];
}

const memoryHead = ["network", "backend", "threads", "ours", "PyTorch", "ratio", "goal", ""];

function memoryCells({ network, threads, ours, theirs }: MemoryRow): string[] {
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const ratio = ours / theirs;
  const told = [megabytes(ours), megabytes(theirs), ratio.toFixed(2)];
  return [network.title, "tensorflow", `${threads}`, ...told, ...goalCells(ratio, network.memory)];
}

function goalCells(ratio: number, most: number | null): [goal: string, reached: string] {
  return most === null ? ["", ""] : [`≤ ${most}`, ratio <= most ? "reached" : "missed"];
}

async function measuredWith(times: readonly TimeRow[]): Promise<string> {
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
      ["PyTorch", `${pytorch.join(", ")}; channels_last, fused AdamW`],
      ["first losses", `at most ${apart.toExponential(0)} apart, relative to the larger of 1 and the loss`],
    ]),
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

/** The middle of some values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
