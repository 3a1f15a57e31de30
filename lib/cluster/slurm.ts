/** Tasks of Slurm job arrays. */
import { setTimeout as pause } from "node:timers/promises";
import { join, resolve } from "node:path";
import { ifThere } from "../if_there.ts";
import { plural } from "../report/text.ts";
import type { Place, Resources, Standing, Task } from "./place.ts";
import { ENDS } from "./place.ts";
import {
  endedWith,
  keyOf,
  signArray,
  slurmLog,
  type SubmittedArray,
  submittedArrays,
  writeArray,
} from "./slurm_files.ts";
import { accountedState, isOver, type QueuedTask, queuedTasks, slurm } from "./slurm_queue.ts";

/** How tasks go to Slurm. */
export interface SlurmPlace extends Resources {
  /** Tasks of an array that go at a time; null: as Slurm has room. */
  readonly most: number | null;
  /** Threads of a process; null: one for each of its cores. */
  readonly threads: number | null;
  /** What one process is known to take, from earlier ones, in MB; null: nothing is known. */
  readonly known: () => number | null;
  /** Where arrays keep what they read and leave; on a disk that all machines share. */
  readonly folder: string;
}

/** Tasks of one array: Slurm's own limit, where nobody has raised it. */
const LARGEST = 1000;

/** What is asked for beyond what was seen: another machine, or a longer run, takes a little more. */
const SPARE = 1.25;

/** Seconds before the end of a task's time at which it keeps its place. Slurm may be a minute early. */
const WARNING = 120;

/** Milliseconds between two looks; and how often one is taken before a task that nobody knows any more is given up. */
const LOOK = 2000, PATIENCE = 3;

/** States of tasks that did not end of themselves, nor because somebody wanted it. */
const TAKEN: readonly string[] = ["BOOT_FAIL", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "TIMEOUT"];

/** Milliseconds for which Slurm may not answer, as while its controller is started again. */
const SILENCE = 15 * 60_000;

/** Where a task was submitted. */
interface Submitted {
  readonly array: SubmittedArray;
  readonly index: number;
  /** Looks at which neither Slurm nor the task's folder knew of it. */
  lost: number;
  ended: Standing | null;
}

/**
 * Runs tasks as job arrays. A task that was submitted by an earlier call and still goes is found again.
 *
 * @throws {Deno.errors.NotFound} when Slurm is not here
 */
export async function slurmPlace(options: SlurmPlace): Promise<Place> {
  const { most } = options;
  const folder = resolve(options.folder);
  const threads = options.threads ?? options.cores ?? 1;
  await slurm("sinfo", ["--version"]);
  const submitted = new Map<Task, Submitted>();

  const submit = async (tasks: readonly Task[]): Promise<void> => {
    const own = join(
      folder,
      `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`,
    );
    const script = await writeArray(own, tasks);
    const words = [
      "--parsable",
      ...sbatchWords({ ...options, threads }, { folder: own, tasks: tasks.length }),
      script,
      own,
    ];
    const job = Number((await slurm("sbatch", words)).trim().split(";")[0]);
    const array = { folder: own, job, keys: tasks.map(keyOf) };
    await signArray(array);
    for (const [index, task] of tasks.entries()) submitted.set(task, { array, index, lost: 0, ended: null });
  };

  /** Those of some tasks that an earlier call submitted and that still go. */
  const adopt = async (tasks: readonly Task[], queue: readonly QueuedTask[]): Promise<void> => {
    const going = new Set(queue.filter(({ state }) => !isOver(state)).map(({ job, task }) => `${job}_${task}`));
    const arrays = (await submittedArrays(folder)).filter(({ job }) => queue.some((one) => one.job === job));
    for (const task of tasks) {
      for (const array of arrays) {
        const index = array.keys.indexOf(keyOf(task));
        if (index >= 0 && going.has(`${array.job}_${index}`)) {
          submitted.set(task, { array, index, lost: 0, ended: null });
        }
      }
    }
  };

  const standingOf = async (at: Submitted, queue: ReadonlyMap<string, QueuedTask>): Promise<Standing> => {
    const { array: { folder, job }, index } = at;
    const queued = queue.get(`${job}_${index}`);
    if (queued !== undefined && !isOver(queued.state)) {
      at.lost = 0;
      const { state, reason, nodes } = queued;
      if (nodes !== "" && state !== "PENDING") return { kind: "going", where: `${nodes}, task ${job}_${index}` };
      return { kind: "waiting", why: reason || state.toLowerCase() };
    }
    const code = await endedWith(folder, index);
    // of one that Slurm took away, and does not queue again, the code tells only that it was asked to stop
    const taken = queued !== undefined && TAKEN.includes(queued.state) && code !== 0 && code !== ENDS.refused;
    if (taken) return { kind: "ended", code: null, why: `${queued.state}${await wordsOf(slurmLog(folder, index))}` };
    if (code !== null) return { kind: "ended", code, why: null };
    const state = queued?.state ?? await accountedState(job, index);
    if (state === "CANCELLED") return { kind: "ended", code: ENDS.stopped, why: "it was cancelled" };
    // the file that says how it ended may reach this machine a little later
    if (++at.lost < PATIENCE) return { kind: "waiting", why: "Slurm does not know it any more" };
    const lines = await wordsOf(slurmLog(folder, index));
    return { kind: "ended", code: null, why: `${state ?? "Slurm does not know it any more"}${lines}` };
  };

  let heard: { readonly at: number; readonly tasks: readonly QueuedTask[] } = { at: -Infinity, tasks: [] };
  const queued = async (): Promise<readonly QueuedTask[]> => {
    try {
      heard = { at: performance.now(), tasks: await queuedTasks() };
    } catch (error) {
      if (performance.now() - heard.at > SILENCE) throw error;
    }
    return heard.tasks;
  };

  const look = async (): Promise<Map<Task, Standing>> => {
    const queue = new Map((await queued()).map((one) => [`${one.job}_${one.task}`, one]));
    const all = new Map<Task, Standing>();
    for (const [task, at] of submitted) {
      const standing = at.ended ?? await standingOf(at, queue);
      if (standing.kind === "ended") at.ended = standing;
      all.set(task, standing);
    }
    return all;
  };

  const stop = async (): Promise<void> => {
    for (let asked = false;; asked = true) {
      const going = [...await look()].filter(([, { kind }]) => kind !== "ended").map(([task]) => submitted.get(task)!);
      if (going.length === 0) break;
      const names = going.map(({ array: { job }, index }) => `${job}_${index}`);
      // those that wait go at once; a task that goes keeps its place first, as long as KillWait of the cluster lets it
      if (!asked) await slurm("scancel", names);
      await pause(LOOK / 4);
    }
    const all = [...submitted.values()];
    for (const array of new Set(all.map(({ array }) => array))) await removeIfWell(array, all);
    submitted.clear();
  };

  return {
    words: `Slurm, ${plural(threads, "thread")} a task${most === null ? "" : `, ${most} tasks at a time`}`,
    leash: false,
    threads,
    cores: options.cores ?? threads,
    every: LOOK,
    async add(tasks) {
      await adopt(tasks, await queued());
      const goes = (at: Submitted | undefined): boolean => at !== undefined && at.ended === null;
      const fresh = tasks.filter((task) => !goes(submitted.get(task)));
      for (let i = 0; i < fresh.length; i += LARGEST) await submit(fresh.slice(i, i + LARGEST));
    },
    look,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The last that Slurm itself has said of a task, as "slurmstepd: error: … oom_kill"; empty where it has said nothing. */
async function wordsOf(log: string): Promise<string> {
  const lines = (await ifThere(Deno.readTextFile(log)) ?? "").split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "" : `: ${lines.slice(-3).join("; ")} ("${log}")`;
}

/** The words for sbatch, but for the script. */
export function sbatchWords(
  { most, known, threads, cores, megabytes, gpus, time, partition, sbatch = [] }: SlurmPlace & {
    readonly threads: number;
  },
  { folder, tasks }: { readonly folder: string; readonly tasks: number },
): string[] {
  const seen = known();
  const megabyte = 1e6 / 2 ** 20; // sbatch counts in MiB
  const memory = megabytes ?? (seen === null ? null : SPARE * seen);
  const at = `0-${tasks - 1}${most === null ? "" : `%${most}`}`;
  return [
    ...["--job-name=counterproof", `--array=${at}`, "--ntasks=1", `--cpus-per-task=${cores ?? threads}`],
    ...["--requeue", "--open-mode=append", `--output=${slurmLog(folder, "%a")}`, `--signal=B:USR1@${WARNING}`],
    ...memory === null ? [] : [`--mem=${Math.ceil(memory * megabyte)}M`],
    ...gpus == null ? [] : [`--gres=gpu:${gpus}`],
    ...time == null ? [] : [`--time=${time}`],
    ...partition == null ? [] : [`--partition=${partition}`],
    ...sbatch,
  ];
}

/** Removes what an array has left when all of its tasks ended well; of others it tells why they did not. */
async function removeIfWell(array: SubmittedArray, all: readonly Submitted[]): Promise<void> {
  const own = all.filter((at) => at.array === array);
  const well = own.length === array.keys.length &&
    own.every(({ ended }) => ended?.kind === "ended" && (ended.code === 0 || ended.code === ENDS.stopped));
  if (well) await Deno.remove(array.folder, { recursive: true }).catch(() => {});
}
