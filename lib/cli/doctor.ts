import { dirname } from "node:path";
import { type Build, VERSION } from "../engine/tensorflow/wheels.ts";
import { printable } from "../terminal/width.ts";
import { backendNames, BACKENDS, choice, type Command, PROVIDERS, UsageError } from "./command.ts";
import { pipelineChecks } from "./pipeline_checks.ts";
import { load, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { type Check, runsChecks } from "./runs_checks.ts";
import { threadsOption } from "./thread_options.ts";

/** Memory that the demo takes at most, in bytes. */
const NEEDED_MEMORY = 3e9;

/**
 * What tensorflow was over wasm, as a factor: training steps of the pocket world's detector on two cores with AVX-512,
 * 79 and 158 ms at the least (bench/peers/results.md).
 */
const FASTER = 2;

/** One thing that was looked at. */
interface Finding {
  readonly ok: boolean;
  readonly what: string;
  /** What to do about it; empty when it is all right. */
  readonly remedy: string;
}

/** Looks at everything that a run needs. */
export const doctor: Command = {
  summary: "checks that this machine has what a run needs",
  help: `deno task doctor [OPTIONS]

Checks one by one what a run needs, and tells what to do about what is missing. The runs folder is tried for real: written to, synced, and locked against a second process.

  --backend NAME   the backend to try: ${backendNames}; default: auto
  --threads N      its threads; default: one for each core
  --runs DIR       the runs folder to try; default: runs
  --pipeline DIR   looks at a folder with a diffusion pipeline instead, tells what is missing or wrong, and runs one step of each of its networks; pocket: the one that is shipped
  --provider NAME  what to run them on: auto, cpu, webgpu, cuda or tensorrt; default: auto

Examples:
  deno task doctor
  deno task doctor --pipeline pipelines/sd1`,
  json: "one object, what was looked at and what is to be done about it",
  exits: "1 also when something is missing",
  values: ["backend", "threads", "runs", "pipeline", "provider"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const backend = choice(given, "backend", BACKENDS) ?? "auto";
    const threads = threadsOption(given);
    const runs = userPath(given.values.runs ?? "runs");
    const provider = choice(given, "provider", PROVIDERS) ?? "auto";
    if (given.values.pipeline !== undefined) {
      const other = ["backend", "runs"].find((option) => given.values[option] !== undefined);
      if (other !== undefined) {
        throw new UsageError(`Cannot run "doctor": --${other} is for runs, --pipeline looks at a pipeline alone`);
      }
      const { shippedPipeline } = await load<typeof import("../reconstruct/shipped.ts")>("lib/reconstruct/shipped.ts");
      const folder = shippedPipeline(given.values.pipeline) ?? userPath(given.values.pipeline);
      return await doctorPipeline(folder, { provider, threads });
    }
    if (given.values.provider !== undefined) {
      throw new UsageError(
        'Cannot run "doctor": --provider is for the networks of a pipeline. Expected --pipeline DIR',
      );
    }
    const checks: readonly Check[] = [
      ["Deno", "", () => Promise.resolve(`${Deno.version.deno} (V8 ${Deno.version.v8})`)],
      ["cores", "", () => Promise.resolve(`${navigator.hardwareConcurrency}`)],
      ["memory", "End other programs; the demo takes up to 3 GB", memory],
      ["backend", "Try another with --backend cpu, which is slow and works everywhere", async () => {
        const { useBackend } = await load<typeof import("../engine/backend.ts")>("lib/engine/backend.ts");
        const found = await useBackend(backend, { threads });
        return `${found.name}, ${found.threads} threads: ${found.why}`;
      }],
      ["tensorflow", "", tensorflow],
      ["webgpu", "", webgpu],
      ["arithmetic", "Report it with this output: a backend that computes wrongly is worth nothing", arithmetic],
      [
        "images (sharp)",
        "Remove what Deno has of it and fetch it anew: deno cache --reload=npm:sharp lib/run.ts",
        images,
      ],
      ["pocket world", "", pocketWorld],
      ...runsChecks(runs),
    ];
    const findings: Finding[] = [];
    for (const check of checks) {
      const { ok } = await look(check, findings);
      if (!ok && check[0] === "runs folder") break; // what is left would be tried in it
    }
    return sumUp(findings, "Everything a run needs is here");
  },
};

/** Looks at a pipeline, and at its networks once it is clear which there are. */
async function doctorPipeline(
  folder: string,
  options: { readonly provider: typeof PROVIDERS[number]; readonly threads: number | undefined },
): Promise<number> {
  await using checks = pipelineChecks(folder, options);
  const findings: Finding[] = [];
  for (const check of checks.first) if (!(await look(check, findings)).ok) break;
  if (findings.every(({ ok }) => ok)) { for (const check of checks.networks()) await look(check, findings); }
  return sumUp(findings, "The pipeline can be used");
}

/** Does one check and prints what it found. */
async function look([name, remedy, check]: Check, findings: Finding[]): Promise<Finding> {
  const found = await examine(name, remedy, check);
  findings.push(found);
  const [line, ...more] = found.what.split("\n");
  print(`${found.ok ? "ok " : "not"}  ${printable(line)}`);
  for (const one of [...more, found.remedy]) if (one !== "") print(`     ${printable(one.trim())}`);
  return found;
}

/** Ends the report; resolves to the exit code. */
function sumUp(findings: readonly Finding[], good: string): number {
  const missing = findings.filter(({ ok }) => !ok).length;
  printJson({ findings, missing });
  print(missing === 0 ? `\n${good}` : `\n${missing} of ${findings.length} are not right`);
  return missing === 0 ? 0 : 1;
}

async function examine(name: string, remedy: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { ok: true, what: `${name}: ${await check()}`, remedy: "" };
  } catch (error) {
    return { ok: false, what: `${name}: ${error instanceof Error ? error.message : String(error)}`, remedy };
  }
}

function memory(): Promise<string> {
  const { total, available } = Deno.systemMemoryInfo();
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  const found = `${gigabytes(available)} GB available of ${gigabytes(total)} GB`;
  return available < NEEDED_MEMORY ? Promise.reject(new Error(`${found}, expected 3 GB`)) : Promise.resolve(found);
}

/** What is there of the backend that has to be built, which no run needs, and the command that would make runs faster. */
async function tensorflow(): Promise<string> {
  const { addonOf, chosenAddon, isSupported } = await load<typeof import("../engine/tensorflow/installed.ts")>(
    "lib/engine/tensorflow/installed.ts",
  );
  const { findGpu } = await load<typeof import("../engine/tensorflow/gpu.ts")>("lib/engine/tensorflow/gpu.ts");
  if (!isSupported()) return "not for this system (Linux on x86-64)";
  const { gpu } = findGpu();
  const forGpu = `${gpu?.name} answers, and runs on it would be faster yet: deno task engine:tensorflow --gpu`;
  const chosen = chosenAddon();
  if (chosen === null) {
    if (gpu !== null) return `not built, no run needs it; ${forGpu}`;
    return `not built, no run needs it; training is about ${FASTER} times as fast after: deno task engine:tensorflow`;
  }
  const built = (["cpu", "gpu"] as const).filter((build) => addonOf(build) !== null).map((build) => words[build]);
  const parts = [
    `${VERSION} is built ${built.join(" and ")}`,
    ...(chosen.why === "" ? [] : [`runs take the build ${words[chosen.build]}, ${chosen.why}`]),
    ...(chosen.build === "cpu" && gpu !== null ? [forGpu] : []),
  ];
  return `${parts.join("; ")}. Runs take "${dirname(chosen.file)}"`;
}

/** The graphics card that WebGPU would compute on, which no run needs. */
async function webgpu(): Promise<string> {
  const { findCard } = await load<typeof import("../engine/webgpu/adapter.ts")>("lib/engine/webgpu/adapter.ts");
  const { name, why } = await findCard();
  if (name === null) return `${why}, no run needs one`;
  return `${name} answers; runs take it where tensorflow is not built, or with --backend webgpu`;
}

const words: Readonly<Record<Build, string>> = { cpu: "for processors", gpu: "for graphics cards" };

/** A product whose result is known exactly, on the backend chosen above. */
async function arithmetic(): Promise<string> {
  const { tensor, matMul } = await load<typeof import("../engine/ops.ts")>("lib/engine/ops.ts");
  const a = tensor([1, 2, 3, 4], [2, 2]);
  const b = tensor([5, 6, 7, 8], [2, 2]);
  const product = matMul(a, b);
  try {
    const values = [...await product.data()].join(" ");
    if (values !== "19 22 43 50") throw new Error(`a matrix product gives ${values}, expected 19 22 43 50`);
    return "a matrix product is right";
  } finally {
    for (const one of [a, b, product]) one.dispose();
  }
}

/** A picture through PNG and back must be the same. */
async function images(): Promise<string> {
  const { decodeImage } = await load<typeof import("../image/decode.ts")>("lib/image/decode.ts");
  const { encodeImage } = await load<typeof import("../image/encode.ts")>("lib/image/encode.ts");
  const data = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => i * 5);
  const back = await decodeImage(await encodeImage({ width: 4, height: 4, data }, { format: "png" }));
  if (back.data.join() !== data.join()) throw new Error("a picture changes on its way through PNG");
  return "a picture goes through PNG unchanged";
}

async function pocketWorld(): Promise<string> {
  const { openWorld, shippedWorld, verifyFile } = await load<typeof import("../layouts/pocket.ts")>(
    "lib/layouts/pocket.ts",
  );
  const world = await openWorld();
  const files = Object.keys(world.files);
  for (const file of files) await verifyFile(shippedWorld, world, file);
  return `${files.length} files, each with the SHA-256 that world.json names`;
}
