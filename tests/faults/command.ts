/** The command line on a definition file, as a user types it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunOptions } from "../../lib/run.ts";
import { readSteps } from "../../lib/runs/event_log.ts";
import { type Child, type Ended, start } from "./children.ts";
import { namesIn, place, runIn } from "./world.ts";

const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));

/** The words that run a definition; its file is written, with code in front, and lies beside the folder of runs. */
export async function runCommand(
  definition: object,
  { runs, data, backend, threads }: RunOptions & { readonly runs: string },
  before = "",
): Promise<string[]> {
  const file = `${runs}.ts`;
  await Deno.writeTextFile(file, `${before}export default ${JSON.stringify(definition)};\n`);
  return [
    ...[Deno.execPath(), "run", "-A", main, "run", file, "--runs", runs, "--data", data ?? place],
    ...["--backend", backend ?? "wasm", "--threads", String(threads ?? 1)],
  ];
}

/** Runs a command to its end. */
export async function ran(command: readonly string[]): Promise<Ended & { readonly out: string }> {
  await using child = start(command);
  const ended = await child.ended;
  return { ...ended, out: child.lines.join("\n") };
}

/** Resolves when a run has done so many steps. @throws {Error} when its process ends before, with what it said */
export async function reaches(step: number, child: Child, runs: string): Promise<void> {
  while (await stepsIn(runs) < step) {
    if (child.over) throw new Error(`the run ended before step ${step}: ${(await child.ended).err}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Steps that the only run in a folder has done. */
export async function stepsIn(runs: string): Promise<number> {
  if (!(await namesIn(runs)).some((name) => /^[^.].*-[0-9a-f]{12}$/.test(name))) return 0;
  return (await readSteps(await runIn(runs))).at(-1)?.step ?? 0;
}

/** A picture that training looks at in every epoch, below a folder of data. */
export async function trainingPicture(data: string): Promise<string> {
  const folder = join(data, "GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/ai/crop");
  return join(folder, (await namesIn(folder))[3]);
}
