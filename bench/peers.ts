// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Times beside PyTorch's: whole training steps and the memory that they take, forward passes of the published networks.
 *
 *     deno task bench:peers [--only NETWORK] [--backend wasm|tensorflow] [--threads 1|2] [--rounds 10]
 *
 * Both sides are processes of their own, start from the same weights and images, and are timed only when what they
 * first compute agrees. They work in turn, each by its own clock, and the median of the ratios of neighbouring turns
 * is what to quote. With one thread a busy machine slows both alike; with two it slows PyTorch most, whose threads
 * wait for each other on their cores, so such rows want a quiet machine. A run of everything writes
 * `bench/peers/results.md`; a narrowed one prints its rows only. The environment variable PYTHON names the
 * interpreter (default python3); forward passes want timm and open_clip_torch in it.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { meant } from "../lib/definition/nearest.ts";
import { type BackendName, useBackend } from "../lib/engine/backend.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { progress } from "../lib/terminal/progress.ts";
import { comparePeaks, compareTimes, type Comparison } from "./compare.ts";
import { forwardNetworks } from "./forward.ts";
import { networks } from "./networks.ts";
import { type Found, report } from "./results.ts";
import { lossTolerances, writeStart } from "./step.ts";

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
  const python = Deno.env.get("PYTHON") ?? "python3";
  await requireModules(python, ["torch"]);
  const rows = chosen(options);
  if (rows.some(({ kind }) => kind === "forward")) await requireModules(python, ["timm", "open_clip"]);
  const { found, failed } = await measure(rows, { python, rounds: options.rounds });
  const text = await report(found);
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
  const names = [...Object.keys(networks), ...Object.keys(forwardNetworks)];
  if (only !== undefined && !names.includes(only)) {
    throw new RangeError(`Cannot bench "${only}": ${meant(only, names, "networks")}`);
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

/** A line of a table. */
interface Row {
  readonly kind: "step" | "forward";
  readonly name: string;
  readonly backend: BackendName;
  /** Threads of each side. */
  readonly threads: number;
}

/** Rows of the tables that the options leave, those of a network together. */
function chosen({ only, backend, threads }: Options): Row[] {
  const steps = Object.entries(networks).map(([name, { backends }]) => ({ kind: "step", name, backends }) as const);
  const forwards = Object.keys(forwardNetworks).map((name) =>
    ({ kind: "forward", name, backends: ["wasm", "tensorflow"] }) as const
  );
  const rows = [...steps, ...forwards].flatMap(({ kind, name, backends }) =>
    backends.flatMap((each) => [1, 2].map((count): Row => ({ kind, name, backend: each, threads: count })))
  ).filter((row) => only === undefined || row.name === only)
    .filter((row) => backend === undefined || row.backend === backend)
    .filter((row) => threads === undefined || row.threads === threads);
  if (rows.length === 0) throw new RangeError("Cannot bench: no row is left, see the tables in bench/networks.ts");
  const here = rows.filter((row) => row.backend !== "tensorflow" || builtAddon() !== null);
  if (here.length < rows.length) console.error("Without tensorflow, which is not built: deno task engine:tensorflow");
  if (here.length === 0) throw new Error("Cannot bench: nothing is left without tensorflow");
  return here;
}

async function measure(
  rows: readonly Row[],
  { python, rounds }: { python: string; rounds: number },
): Promise<{ found: Found; failed: string[] }> {
  const found = { steps: [], forwards: [], peaks: [] } as { -readonly [K in keyof Found]: Found[K][number][] };
  const failed: string[] = [];
  await useBackend("cpu"); // only to write what both sides start from
  const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
  using bar = progress();
  let done = 0;
  try {
    for (const row of rows) {
      const { kind, name, backend, threads } = row;
      const file = `${folder}/${kind}-${name}.safetensors`;
      const text = `${name} on ${backend}, ${threads} thread${threads === 1 ? "" : "s"}`;
      const tell = (share: number) => bar.update(done + share, rows.length, text);
      tell(0);
      let round = 0;
      const listening = { rounds, told: () => tell(++round / (rounds + 1)) };
      try {
        if (!await exists(file)) await write(row, { file, python });
        const comparison = comparisonOf(row, { file, python });
        const times = await compareTimes(comparison, listening);
        if (kind === "forward") found.forwards.push({ network: forwardNetworks[name], backend, threads, ...times });
        else {
          const network = networks[name];
          found.steps.push({ network, backend, threads, ...times });
          if (network.memory !== null && backend === "tensorflow") {
            found.peaks.push({ network, threads, ...await comparePeaks(comparison, stepsOfPeak) });
          }
        }
      } catch (error) {
        failed.push((error as Error).message);
      }
      tell(1);
      done++;
      const next = rows[done];
      if (next?.name !== name || next.kind !== kind) await Deno.remove(file).catch(() => {}); // up to 1.2 GB each
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { found, failed };
}

/** Writes what both sides start from. */
async function write({ kind, name }: Row, { file, python }: { file: string; python: string }): Promise<void> {
  if (kind === "step") return await writeStart(networks[name], file);
  const args = [here("./peers/forward.py"), "write", name, file];
  const { success } = await new Deno.Command(python, { args, stderr: "inherit" }).output();
  if (!success) {
    throw new Error(`Cannot make the weights of "${name}": "${python} ${args.join(" ")}" failed, see above`);
  }
}

function comparisonOf(
  { kind, name, backend, threads }: Row,
  { file, python }: { file: string; python: string },
): Comparison {
  const theirs = kind === "step" ? [here("./peers/step.py")] : [here("./peers/forward.py"), "run", name];
  return {
    what: `"${name}" on ${backend}`,
    ours: [Deno.execPath(), "run", "-A", here("./ours.ts"), kind, name, file, backend, `${threads}`],
    theirs: [python, ...theirs, file, `${threads}`],
    tolerances: kind === "step" ? lossTolerances : [featureTolerance],
  };
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

async function requireModules(python: string, modules: readonly string[]): Promise<void> {
  const missing = (what: string, command: string) =>
    new Error(`Cannot compare with PyTorch: ${what}; ${command} (PYTHON names another interpreter)`);
  const packages = modules.map((name) => name === "open_clip" ? "open_clip_torch" : name).join(" ");
  const find = "import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))";
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", find, ...modules], stderr: "null" }).output();
    if (!success) {
      throw missing(`"${python}" lacks ${modules.join(" or ")}`, `install with: ${python} -m pip install ${packages}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw missing(`there is no "${python}"`, "install Python 3 with PyTorch");
  }
}
