/** The pictures of the fault tests, undisturbed runs on them, and what of a run must not depend on what befell it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Experiment } from "../../lib/experiment.ts";
import type { RunOptions } from "../../lib/run.ts";
import { readRecord } from "../../lib/runs/store.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assertEquals } from "../assert.ts";
import { writeTinyWorld } from "../tiny_world.ts";
import { ranRun } from "./children.ts";

/** Folder of all that these tests write. */
export const place = await Deno.makeTempDir({ prefix: "faults-" });

/** Folder of the data set. */
export const data = join(place, "data");
await writeTinyWorld(data);

/** What of a run has to be equal, byte for byte, however often it was disturbed. */
export type Outcome =
  & Pick<RunRecord, "steps" | "metrics" | "skipped" | "scores" | "probe" | "best">
  & {
    /** Without time and memory. */
    readonly history: readonly object[];
    /** SHA-256 of the networks' files. */
    readonly files: { readonly best: string; readonly last: string };
  };

/** What the only run in a folder of runs has come to. */
export async function outcomeIn(runs: string): Promise<Outcome> {
  const folder = await runIn(runs);
  const record = await readRecord(folder);
  assertEquals([record.status, record.error], ["done", null]);
  const { steps, metrics, skipped, scores, probe, best } = record;
  const history = record.history.map(({ seconds: _, megabytes: __, ...row }) => row);
  const last = await newestState(folder);
  const files = {
    best: await sha256(join(folder, best!.checkpoint)),
    last: await sha256(join(folder, "checkpoints", `step-${last}.safetensors`)),
  };
  return { steps, metrics, skipped, scores, probe, best, history, files };
}

const undisturbed = new Map<string, Promise<Outcome>>();

/** What an experiment comes to when nothing befalls it; it is run once for each backend. */
export function reference(experiment: Experiment, backend: Backend = "wasm"): Promise<Outcome> {
  const key = `${experiment.name} on ${backend}`;
  const known = undisturbed.get(key) ?? (async () => {
    const options = where(`undisturbed ${key}`, { backend });
    const { err } = await ranRun({ experiment, options });
    assertEquals(err, "");
    return await outcomeIn(options.runs);
  })();
  undisturbed.set(key, known);
  return known;
}

/** Backends on which a run that goes on ends bit for bit as one that was never stopped. */
export type Backend = "wasm" | "cpu";

/** Options of a run in a folder of its own. */
export function where(name: string, options: Partial<RunOptions> = {}): RunOptions & { readonly runs: string } {
  return { data, backend: "wasm", threads: 1, ...options, runs: join(place, name) };
}

/** Folder of the only run in a folder of runs. */
export async function runIn(runs: string): Promise<string> {
  const names = (await namesIn(runs)).filter((name) => /^[^.].*-[0-9a-f]{12}$/.test(name));
  assertEquals(names.length, 1, `runs in "${runs}"`);
  return join(runs, names[0]);
}

/** Names in a folder, sorted; none where it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Steps of which there is a checkpoint, in their order. */
export async function statesIn(folder: string): Promise<number[]> {
  const names = await namesIn(join(folder, "checkpoints"));
  const steps = names.flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((a, b) => a - b);
}

/** Step of the newest checkpoint. */
export async function newestState(folder: string): Promise<number> {
  return (await statesIn(folder)).at(-1) ?? 0;
}

/** Files that may come and go: a lock, and the index of a store, which is made again when it is gone. */
const PASSING = ["lock.json", "index.jsonl"];

/** Hashes of all files below a folder by their paths, but for those that may come and go. */
export async function hashesIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) Object.assign(found, await hashesIn(path));
    else if (!PASSING.includes(name)) found[path] = await sha256(path);
  }
  return found;
}

/** Copies a folder and all that is in it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    await (isDirectory ? copyFolder(source, target) : Deno.copyFile(source, target));
  }
}

async function sha256(file: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(file)).digest("hex");
}
