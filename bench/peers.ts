// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Time of whole training steps against PyTorch's, and the memory that they take.
 *
 *     deno task bench:peers [--only NETWORK] [--backend wasm|tensorflow] [--threads 1|2] [--rounds 10]
 *
 * Both sides are processes of their own, start from the same weights and images (`step.ts` writes them), and are
 * timed only when their first losses agree. They step in turn, each by its own clock, and the median of the ratios of
 * neighbouring steps is what to quote. With one thread a busy machine slows both alike; with two it slows PyTorch most,
 * whose threads wait for each other on their cores, so such rows want a quiet machine. A run of everything writes
 * `bench/peers/results.md`; a narrowed one prints its rows only. The environment variable PYTHON names the
 * interpreter (default python3).
 */
import { parseArgs } from "@std/cli";
import { meant } from "../lib/definition/nearest.ts";
import { type BackendName, useBackend } from "../lib/engine/backend.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { progress } from "../lib/terminal/progress.ts";
import { comparePeaks, compareTimes, type Comparison } from "./compare.ts";
import { networks } from "./networks.ts";
import { type MemoryRow, report, type TimeRow } from "./results.ts";
import { writeStart } from "./step.ts";

/** Steps before the peak of memory is read: recordings are made in the first. */
const stepsOfPeak = 3;

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
  const python = Deno.env.get("PYTHON") ?? "python3";
  await requirePyTorch(python);
  const rows = chosen(options, python);
  const { times, peaks, failed } = await measure(rows, options.rounds);
  const text = await report({ times, peaks });
  console.log(text);
  for (const message of failed) console.error(message);
  if (failed.length > 0) throw new Error(`Cannot measure ${failed.length} of ${rows.length} rows: see above`);
  const whole = [options.only, options.backend, options.threads].every((narrowed) => narrowed === undefined);
  if (whole && builtAddon() !== null) await Deno.writeTextFile(new URL("./peers/results.md", import.meta.url), text);
}

interface Options {
  readonly only?: string;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly rounds: number;
}

function read(args: readonly string[]): Options {
  const { only, backend, threads, rounds } = parseArgs([...args], {
    string: ["only", "backend", "threads", "rounds"],
    default: { rounds: "10" },
    unknown: (given) => {
      throw new RangeError(
        `Cannot bench with "${given}": expected --only NETWORK, --backend NAME, --threads N, --rounds N`,
      );
    },
  });
  if (only !== undefined && !Object.hasOwn(networks, only)) {
    throw new RangeError(`Cannot bench "${only}": ${meant(only, Object.keys(networks), "networks")}`);
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
  };
}

type Place = Omit<Comparison, "file">;

/** Rows of the table that the options leave, those of a network together. */
function chosen({ only, backend, threads }: Options, python: string): Place[] {
  const rows = Object.entries(networks).flatMap(([name, network]) =>
    network.backends.flatMap((each) =>
      [1, 2].map((count) => ({ name, network, backend: each, threads: count, python }))
    )
  ).filter((row) => only === undefined || row.name === only)
    .filter((row) => backend === undefined || row.backend === backend)
    .filter((row) => threads === undefined || row.threads === threads);
  if (rows.length === 0) throw new RangeError("Cannot bench: no row is left, see the table in bench/networks.ts");
  const here = rows.filter((row) => row.backend !== "tensorflow" || builtAddon() !== null);
  if (here.length < rows.length) console.error("Without tensorflow, which is not built: deno task engine:tensorflow");
  if (here.length === 0) throw new Error("Cannot bench: nothing is left without tensorflow");
  return here;
}

async function measure(
  rows: readonly Place[],
  rounds: number,
): Promise<{ times: TimeRow[]; peaks: MemoryRow[]; failed: string[] }> {
  const times: TimeRow[] = [], peaks: MemoryRow[] = [], failed: string[] = [];
  await useBackend("cpu"); // only to write what both sides start from
  const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
  using bar = progress();
  let done = 0;
  try {
    for (const row of rows) {
      const { name, network, backend, threads } = row;
      const file = `${folder}/${name}.safetensors`;
      const text = `${name} on ${backend}, ${threads} thread${threads === 1 ? "" : "s"}`;
      const tell = (share: number) => bar.update(done + share, rows.length, text);
      tell(0);
      if (!times.some((measured) => measured.network === network)) await writeStart(network, file);
      let round = 0;
      try {
        const found = await compareTimes({ ...row, file }, { rounds, told: () => tell(++round / (rounds + 1)) });
        times.push({ network, backend, threads, ...found });
        if (network.memory !== null && backend === "tensorflow") {
          peaks.push({ network, threads, ...await comparePeaks({ ...row, file }, stepsOfPeak) });
        }
      } catch (error) {
        failed.push((error as Error).message);
      }
      tell(1);
      done++;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { times, peaks, failed };
}

async function requirePyTorch(python: string): Promise<void> {
  const missing = (what: string, command: string) =>
    new Error(`Cannot compare with PyTorch: ${what}; ${command} (PYTHON names another interpreter)`);
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", "import torch"], stderr: "null" }).output();
    if (!success) throw missing(`"${python}" has no torch`, `install it with: ${python} -m pip install torch`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw missing(`there is no "${python}"`, "install Python 3 with PyTorch");
  }
}
