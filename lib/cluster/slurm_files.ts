/** What a job array reads and leaves: a folder on the disk that all machines share. No two of its writers share a file. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { ifThere } from "../if_there.ts";
import { quoted } from "../report/quoted.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { Task } from "./place.ts";

/** A job array that was submitted. */
export interface SubmittedArray {
  readonly folder: string;
  /** Its number. */
  readonly job: number;
  /** Keys of its tasks, in their order. */
  readonly keys: readonly string[];
}

/** What a job array is told by: written by whoever submits it, once. */
const ARRAY = "array.json";

/** What tells a task from others: the same one is not submitted while it still goes. */
export function keyOf({ command, input }: Task): string {
  return createHash("sha256").update(JSON.stringify([command, input])).digest("hex").slice(0, 24);
}

/**
 * The script of all tasks. When Slurm ends one, by scancel, a preemption or a requeue, it sends SIGTERM to every process of
 * it: the program keeps its place and ends, the shell waits for that. SIGUSR1 comes to the shell alone when the time
 * limit is near: it stops the program, and asks Slurm to queue the task again.
 */
const SCRIPT = `#!/bin/bash
folder=$1
task=$SLURM_ARRAY_TASK_ID
rm -f "$folder/ended-$task"
again=
trap : TERM
trap 'again=1; kill -TERM "$program" 2> /dev/null' USR1
bash "$folder/task-$task.sh" &
program=$!
wait "$program"
while kill -0 "$program" 2> /dev/null; do wait "$program"; done
wait "$program"
code=$?
if [ -n "$again" ] && [ "$code" -ne 0 ]; then
  scontrol requeue "$SLURM_JOB_ID" && exit "$code"
fi
echo "$code" > "$folder/.ended-$task"
mv "$folder/.ended-$task" "$folder/ended-$task"
exit "$code"
`;

/** Writes the folder of an array; returns its script. */
export async function writeArray(folder: string, tasks: readonly Task[]): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [i, { command, input, log }] of tasks.entries()) {
    await Deno.mkdir(dirname(log), { recursive: true });
    if (input !== null) await writeAtomic(join(folder, `task-${i}.json`), input);
    const from = input === null ? "/dev/null" : join(folder, `task-${i}.json`);
    const lines = [
      `cd ${quoted(Deno.cwd())} || exit 1`,
      `NO_COLOR=1 exec ${command.map(quoted).join(" ")} < ${quoted(from)} >> ${quoted(log)} 2>&1`,
    ];
    await writeAtomic(join(folder, `task-${i}.sh`), lines.map((line) => `${line}\n`).join(""));
  }
  const script = join(folder, "array.sh");
  await writeAtomic(script, SCRIPT);
  return script;
}

/** Writes down that an array was submitted. */
export async function signArray({ folder, job, keys }: SubmittedArray): Promise<void> {
  await writeAtomic(join(folder, ARRAY), `${JSON.stringify({ job, keys }, null, 2)}\n`);
}

/** The arrays that were submitted from a folder and whose tasks were not all seen to end well. */
export async function submittedArrays(parent: string): Promise<SubmittedArray[]> {
  const entries = await ifThere(Array.fromAsync(Deno.readDir(parent))) ?? [];
  const found = entries.filter(({ isDirectory }) => isDirectory).map(async ({ name }) => {
    const folder = join(parent, name);
    const text = await ifThere(Deno.readTextFile(join(folder, ARRAY)));
    return text === null ? [] : [{ folder, ...JSON.parse(text) } as SubmittedArray];
  });
  return (await Promise.all(found)).flat();
}

/** The code with which a task ended by itself; null: it has not, or not yet. */
export async function endedWith(folder: string, task: number): Promise<number | null> {
  const text = await ifThere(Deno.readTextFile(join(folder, `ended-${task}`)));
  return text === null ? null : Number(text);
}

/** File to which Slurm itself writes about a task. */
export function slurmLog(folder: string, task: number | "%a"): string {
  return join(folder, `slurm-${task}.txt`);
}
