// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Time of loading a file of weights against Python's safetensors, and the memory that it takes.
 *
 *     deno task bench:load [--backend wasm|tensorflow] [--rounds 10]
 *
 * The file has the tensors of ConvNeXt-base with its classifier, 354 MB, and is in the page cache. Both sides are
 * processes of their own that load it in turn; the first turn does not count. Memory is that of fresh processes which
 * load it once: the peak, and how much of it loading added. The environment variable PYTHON names the interpreter
 * (default python3), which has torch and safetensors.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { safetensorsPieces } from "../lib/engine/safetensors.ts";
import { countOf, type Stored } from "../lib/engine/stored.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { alignedText } from "../lib/report/text.ts";
import { writeAtomic } from "../lib/runs/atomic.ts";
import { median } from "./median.ts";
import { leastAndMedian } from "./results.ts";
import { type Side, startSide } from "./side.ts";

/** What is wanted of us: time over Python's, and memory that loading adds over the size of the file. */
const goals = { time: 1.5, memory: 1.3 };

/** Two sides of one row. */
interface Row {
  readonly backend: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly memory: { readonly ours: Peak; readonly theirs: Peak };
}

/** Resident memory of a process, bytes. */
interface Peak {
  readonly before: number;
  readonly after: number;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { backend, rounds } = parseArgs([...args], { string: ["backend", "rounds"], default: { rounds: "10" } });
  const backends = ["wasm", "tensorflow"].filter((name) => backend === undefined || backend === name)
    .filter((name) => name !== "tensorflow" || builtAddon() !== null);
  if (backends.length === 0 || !/^[1-9]\d*$/.test(rounds)) {
    throw new RangeError("Cannot bench: expected --backend wasm or tensorflow, which is built, and --rounds from 1");
  }
  const file = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await writeAtomic(file, safetensorsPieces(convnextBase()));
    const rows: Row[] = [];
    for (const name of backends) rows.push(await measure(file, name, Number(rounds)));
    console.log(report(rows, (await Deno.stat(file)).size));
  } finally {
    await Deno.remove(file);
  }
}

/** Tensors of the names and shapes of ConvNeXt-base, of numbers that say nothing. */
function convnextBase(): Map<string, Stored> {
  const shapes: [string, number[]][] = [["stem.0.weight", [128, 3, 4, 4]], ["stem.0.bias", [128]]];
  const pair = (name: string, ...shape: number[]) =>
    shapes.push([`${name}.weight`, shape], [`${name}.bias`, [shape[0]]]);
  pair("stem.1", 128);
  for (const [i, [depth, width]] of [[3, 128], [3, 256], [27, 512], [3, 1024]].entries()) {
    if (i > 0) pair(`stages.${i}.downsample.0`, width / 2), pair(`stages.${i}.downsample.1`, width, width / 2, 2, 2);
    for (let j = 0; j < depth; j++) {
      const block = `stages.${i}.blocks.${j}`;
      shapes.push([`${block}.gamma`, [width]]);
      pair(`${block}.conv_dw`, width, 1, 7, 7);
      pair(`${block}.norm`, width);
      pair(`${block}.mlp.fc1`, 4 * width, width);
      pair(`${block}.mlp.fc2`, width, 4 * width);
    }
  }
  pair("head.norm", 1024);
  pair("head.fc", 1000, 1024);
  return new Map(shapes.map(([name, shape]) => [name, {
    dtype: "F32",
    shape,
    get data() {
      return Float32Array.from({ length: countOf(shape) }, (_, i) => (i % 251) / 251 - 0.5);
    },
  }]));
}

async function measure(file: string, backend: string, rounds: number): Promise<Row> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const python = Deno.env.get("PYTHON") ?? "python3";
  const startOurs = () => startSide(Deno.execPath(), ["run", "-A", here("./load_ours.ts"), file, backend]);
  const startTheirs = () => startSide(python, [here("./peers/load.py"), file]);
  const memory = { ours: await peak(startOurs), theirs: await peak(startTheirs) };
  await using ours = await startOurs();
  await using theirs = await startTheirs();
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let i = 0; i <= rounds; i++) {
    const [a, b] = [await ours.step(), await theirs.step()];
    if (a.told !== b.told) throw new Error(`Cannot compare: we read ${a.told} values, Python ${b.told}`);
    if (i > 0) times.ours.push(a.milliseconds), times.theirs.push(b.milliseconds);
  }
  return { backend, ...times, memory };
}

async function peak(start: () => Promise<Side>): Promise<Peak> {
  await using side = await start();
  const before = await side.peak();
  await side.step();
  return { before, after: await side.peak() };
}

function report(rows: readonly Row[], bytes: number): string {
  const mib = (size: number) => (size / 2 ** 20).toFixed(0);
  const added = ({ before, after }: Peak) => (after - before) / bytes;
  const peaks = (found: Peak) => `${mib(found.after)}, ${mib(found.after - found.before)} added`;
  const ratios = ({ ours, theirs }: Row) => ours.map((time, i) => time / theirs[i]);
  const verdict = (found: number, most: number) => `${found <= most ? "reached" : "missed"}, ≤ ${most}`;
  const table = (columns: readonly [string, (row: Row) => string][]) =>
    alignedText(columns.map(([title, cell]) => ({ title, cells: rows.map(cell) })));
  return [
    `Loading ${mib(bytes)} MiB, least / median of ${rows[0].ours.length} rounds in ms`,
    table([
      ["backend", ({ backend }) => backend],
      ["ours", ({ ours }) => leastAndMedian(ours, 0)],
      ["Python", ({ theirs }) => leastAndMedian(theirs, 0)],
      ["ratio", (row) => leastAndMedian(ratios(row), 2)],
      ["goal of the median", (row) => verdict(median(ratios(row)), goals.time)],
    ]),
    "Peak of resident memory of a fresh process, MiB",
    table([
      ["backend", ({ backend }) => backend],
      ["ours", ({ memory }) => peaks(memory.ours)],
      ["Python", ({ memory }) => peaks(memory.theirs)],
      ["ours added over the file", ({ memory }) => added(memory.ours).toFixed(2)],
      ["goal", ({ memory }) => verdict(added(memory.ours), goals.memory)],
    ]),
  ].join("\n\n");
}
