// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Times beside PyTorch's: whole training steps and the memory that they take, forward passes of the published networks,
 * passes over images that are read and augmented, diffusion by a pipeline of SD 1.5's size.
 *
 *     deno task bench:peers [--only KIND|NAME] [--backend wasm|tensorflow] [--threads 1|2] [--rounds 10] [--pipelines DIR]
 *
 * Both sides are processes of their own, start from the same weights and images, and are timed only when what they
 * first compute agrees. They work in turn, each by its own clock, and the median of the ratios of neighbouring turns
 * is what to quote. With one thread a busy machine slows both alike; with two it slows PyTorch most, whose threads
 * wait for each other on their cores, so such rows want a quiet machine. A run of everything writes
 * `bench/peers/results.md`; a narrowed one prints its rows only. The environment variable PYTHON names the
 * interpreter (default python3); forward passes want timm and open_clip_torch in it. Readings and diffusion whose
 * packages it lacks are left out by name. `deno task bench:data` is `--only data`, `deno task bench:diffusion` `--only
 * diffusion`: its pipelines are exported first, 8 GB in 10 minutes; with --pipelines they are kept in a folder, and
 * taken from there.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { meant } from "../lib/definition/nearest.ts";
import { type BackendName, useBackend } from "../lib/engine/backend.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { plural } from "../lib/report/text.ts";
import { progress } from "../lib/terminal/progress.ts";
import { comparePeaks, compareTimes, type Comparison, fewest } from "./compare.ts";
import { readers, readingComparison, readings, writeImages } from "./data_rows.ts";
import {
  alone,
  diffusionComparison,
  diffusions,
  measureAlone,
  needs as diffusionNeeds,
  pipelineFolder,
  writePipeline,
} from "./diffusion_rows.ts";
import { forwardNetworks } from "./forward.ts";
import { networks } from "./networks.ts";
import { lacking, python } from "./python.ts";
import { type Found, report } from "./results.ts";
import { tolerancesOf, writeStart } from "./step.ts";

/** What is compared. */
const kinds = ["step", "forward", "data", "diffusion"] as const;

/** Steps before the peak of memory is read: recordings are made in the first. */
const stepsOfPeak = 3;

/** Difference of the numbers that stand for features, whose sums differ in their order. Measured: 3e-6. */
const featureTolerance = 1e-4;

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = read(args);
  const { rows, leftOut } = await possible(chosen(options));
  for (const { title, reason } of leftOut) console.error(`Without "${title}": ${reason}`);
  if (rows.length === 0) throw new Error("Cannot bench: nothing is left, see above");
  const { found, failed } = await measure(rows, { ...options, leftOut });
  const text = await report(found);
  console.log(text);
  for (const message of failed) console.error(message);
  if (failed.length > 0) throw new Error(`Cannot measure ${failed.length} of ${rows.length} rows: see above`);
  const whole = [options.only, options.backend, options.threads].every((narrowed) => narrowed === undefined);
  if (whole && builtAddon() !== null) await Deno.writeTextFile(new URL("./peers/results.md", import.meta.url), text);
}

interface Options {
  /** A kind of row, or the name of one. */
  readonly only?: string;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly rounds: number;
  /** Where pipelines are kept; undefined: nowhere. */
  readonly pipelines?: string;
}

function read(args: readonly string[]): Options {
  const { only, backend, threads, rounds, pipelines } = parseArgs([...args], {
    string: ["only", "backend", "threads", "rounds", "pipelines"],
    default: { rounds: "10" },
    unknown: (given) => {
      throw new RangeError(
        `Cannot bench with "${given}": expected --only KIND or NAME, --backend NAME, --threads N, --rounds N, --pipelines DIR`,
      );
    },
  });
  const names = [...kinds, ...[networks, forwardNetworks, readings, diffusions, alone].flatMap(Object.keys)];
  if (only !== undefined && !names.includes(only)) {
    throw new RangeError(`Cannot bench "${only}": ${meant(only, names, "rows")}`);
  }
  if (backend !== undefined && backend !== "wasm" && backend !== "tensorflow") {
    throw new RangeError(`Cannot bench backend "${backend}": expected "wasm" or "tensorflow"`);
  }
  const number = (name: string, given: string): number => {
    if (/^[1-9]\d*$/.test(given)) return Number(given);
    throw new RangeError(`Cannot bench with ${name} "${given}": expected a whole number from 1`);
  };
  return {
    only,
    backend,
    threads: threads === undefined ? undefined : number("threads", threads),
    rounds: number("rounds", rounds),
    pipelines,
  };
}

/** A line of a table. */
interface Row {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  /** Null: nothing of it is computed by a backend. */
  readonly backend: BackendName | null;
  /** Threads of each side. */
  readonly threads: number;
}

/** Rows of the tables that the options leave, those of a network together. */
function chosen({ only, backend, threads }: Options): Row[] {
  const steps = Object.entries(networks).map(([name, { backends }]) => ({ kind: "step", name, backends }) as const);
  const forwards = Object.keys(forwardNetworks).map((name) =>
    ({ kind: "forward", name, backends: ["wasm", "tensorflow"] }) as const
  );
  const computed = [...steps, ...forwards].flatMap(({ kind, name, backends }) =>
    backends.flatMap((each) => [1, 2].map((count): Row => ({ kind, name, backend: each, threads: count })))
  );
  const read = Object.keys(readings).map((name): Row => ({ kind: "data", name, backend: null, threads: readers }));
  const diffused = Object.keys({ ...diffusions, ...alone }).flatMap((name) =>
    [1, 2].map((count): Row => ({ kind: "diffusion", name, backend: null, threads: count }))
  );
  const rows = [...computed, ...read, ...diffused].filter((row) =>
    only === undefined || row.name === only || row.kind === only
  )
    .filter((row) => backend === undefined || row.backend === backend)
    .filter((row) => threads === undefined || row.threads === threads);
  if (rows.length === 0) throw new RangeError("Cannot bench: no row is left, see the tables in bench/networks.ts");
  const here = rows.filter((row) => row.backend !== "tensorflow" || builtAddon() !== null);
  if (here.length < rows.length) console.error("Without tensorflow, which is not built: deno task engine:tensorflow");
  if (here.length === 0) throw new Error("Cannot bench: nothing is left without tensorflow");
  return here;
}

/**
 * Rows whose other side has what it imports; readings and diffusion that lack something are left out, with the reason.
 *
 * @throws {Error} when a network is to be compared without PyTorch and the libraries of the field
 */
async function possible(rows: readonly Row[]): Promise<{ rows: Row[]; leftOut: Found["leftOut"] }> {
  const has = (...wanted: Row["kind"][]) => rows.some(({ kind }) => wanted.includes(kind));
  const lacks = await lacking({
    ...(has("step", "forward") ? { torch: "torch" } : {}),
    ...(has("forward") ? { timm: "timm", open_clip: "open_clip_torch" } : {}),
  });
  if (lacks !== null) throw new Error(`Cannot compare with PyTorch: ${lacks}`);
  const possible: Row[] = [];
  const leftOut: Found["leftOut"][number][] = [];
  for (const row of rows) {
    const { title, needs } = optional(row);
    const reason = needs === null ? null : await lacking(needs);
    if (reason === null) possible.push(row);
    else if (leftOut.every((one) => one.title !== title)) leftOut.push({ title, reason });
  }
  return { rows: possible, leftOut };
}

/** What a row that may be left out is called, and what its other side imports; null: it is never left out. */
function optional({ kind, name }: Row): { title: string; needs: Readonly<Record<string, string>> | null } {
  if (kind === "data") return readings[name];
  if (kind === "diffusion") return { title: "diffusion", needs: diffusionNeeds };
  return { title: name, needs: null };
}

async function measure(
  rows: readonly Row[],
  { rounds, pipelines, leftOut }: Options & { leftOut: Found["leftOut"] },
): Promise<{ found: Found; failed: string[] }> {
  const found = { steps: [], forwards: [], peaks: [], data: [], diffusion: [], alone: [], leftOut: [...leftOut] } as {
    -readonly [K in keyof Found]: Found[K][number][];
  };
  const failed: string[] = [];
  await useBackend("cpu"); // only to write what both sides start from
  const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
  using bar = progress();
  let done = 0;
  try {
    for (const row of rows) {
      const { kind, name, backend, threads } = row;
      const file = fileOf(row, { folder, pipelines });
      const text = `${name}${backend === null ? "" : ` on ${backend}`}, ${plural(threads, "thread")}`;
      const tell = (share: number) => bar.update(done + share, rows.length, text);
      tell(0);
      try {
        if (!await exists(file)) await write(row, file);
        if (name in alone) {
          const values = await measureAlone(name, { folder: file, threads, rounds: Math.min(rounds, fewest) });
          found.alone.push(...alone[name].figures.map((figure, i) => ({ ...figure, threads, values: values[i] })));
          continue;
        }
        const comparison = comparisonOf(row, file);
        const times = await compareTimes(comparison, { rounds, told: (share) => tell(0.95 * share) });
        if (kind === "data") found.data.push({ reading: readings[name], ...times });
        else if (backend === null) found.diffusion.push({ diffusion: diffusions[name], threads, ...times });
        else if (kind === "forward") {
          found.forwards.push({ network: forwardNetworks[name], backend, threads, ...times });
        } else {
          const network = networks[name];
          found.steps.push({ network, backend, threads, ...times });
          if (network.memory !== null && backend === "tensorflow") {
            found.peaks.push({ network, threads, ...await comparePeaks(comparison, stepsOfPeak) });
          }
        }
      } catch (error) {
        failed.push((error as Error).message);
      } finally {
        tell(1);
        done++;
        const next = rows[done];
        const again = next?.name === name && next.kind === kind;
        if (!again && file.startsWith(folder)) await Deno.remove(file).catch(() => {}); // up to 1.2 GB each
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { found, failed };
}

/** What both sides start from; for images and pipelines a folder. */
function fileOf({ kind, name }: Row, { folder, pipelines }: { folder: string; pipelines?: string }): string {
  if (kind === "data") return `${folder}/images`;
  if (kind === "diffusion") return pipelineFolder(pipelines ?? folder, familyOf(name));
  return `${folder}/${kind}-${name}.safetensors`;
}

function familyOf(name: string): string {
  return (diffusions[name] ?? alone[name]).family;
}

/** Writes what both sides start from. */
async function write({ kind, name }: Row, file: string): Promise<void> {
  if (kind === "diffusion") return await writePipeline(familyOf(name), file);
  if (kind === "data") return await writeImages(file);
  if (kind === "step") return await writeStart(networks[name], file);
  const args = [here("./peers/forward.py"), "write", name, file];
  const { success } = await new Deno.Command(python, { args, stderr: "inherit" }).output();
  if (!success) {
    throw new Error(`Cannot make the weights of "${name}": "${python} ${args.join(" ")}" failed, see above`);
  }
}

function comparisonOf({ kind, name, backend, threads }: Row, file: string): Comparison {
  if (kind === "data") return readingComparison(name, { folder: file, python });
  if (kind === "diffusion") return diffusionComparison(name, { folder: file, threads });
  const theirs = kind === "step" ? [here("./peers/step.py")] : [here("./peers/forward.py"), "run", name];
  return {
    what: `"${name}" on ${backend}`,
    ours: [Deno.execPath(), "run", "-A", here("./ours.ts"), kind, name, file, `${backend}`, `${threads}`],
    theirs: [python, ...theirs, file, `${threads}`],
    tolerances: kind === "step" ? tolerancesOf(networks[name]) : [featureTolerance],
  };
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
