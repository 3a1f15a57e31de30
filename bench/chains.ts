// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Whole chains beside diffusers', over tiny pipelines of random weights: SD 1, SD 2 with velocities, SDXL, LDM
 * and an image model with a codebook.
 *
 *     deno task bench:chains [--folder DIR]
 *
 * PYTHON names an interpreter that has what bench/peers/pipelines.py needs. Both sides get the same image and the same
 * noise; with --folder what Python made is kept there, and not made again where it is. Ends with 1 when a result is off
 * by more than 1e-3.
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { type ChainCase, chainDistance } from "../tests/reconstruct/chain_cases.ts";

/** Largest |got − want| / max(1, max |want|). */
const TOLERANCE = 1e-3;

const { folder: kept } = parseArgs(Deno.args, { string: ["folder"] });
const folder = kept ?? await Deno.makeTempDir({ prefix: "counterproof-bench-" });
let worst = 0;
try {
  if (!await Deno.stat(`${folder}/cases.json`).catch(() => null)) await makeCases();
  for (const spec of JSON.parse(await Deno.readTextFile(`${folder}/cases.json`)) as ChainCase[]) {
    const file = await Deno.readFile(`${folder}/${spec.name}.safetensors`);
    const error = await chainDistance(spec, { folder, file });
    worst = Math.max(worst, error);
    console.log(`${spec.name}: off by ${error.toExponential(1)}${error > TOLERANCE ? ", too far" : ""}`);
  }
} finally {
  if (kept === undefined) await Deno.remove(folder, { recursive: true });
}
if (worst > TOLERANCE) Deno.exit(1);

async function makeCases(): Promise<void> {
  const script = fileURLToPath(new URL("./peers/chains.py", import.meta.url));
  const python = new Deno.Command(Deno.env.get("PYTHON") ?? "python3", { args: [script, folder] });
  const { success } = await python.spawn().status;
  if (!success) {
    throw new Error(`Cannot compare: "${script}" failed. PYTHON names an interpreter that has its packages`);
  }
}
