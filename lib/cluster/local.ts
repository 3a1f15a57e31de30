/** Processes on this machine: as many at a time as cores and memory have room for. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { plural } from "../report/text.ts";
import { availableMemory } from "../reconstruct/memory.ts";
import { peakOf } from "../runs/memory.ts";
import { gpusHere } from "./gpus.ts";
import type { Place, Resources, Standing, Task } from "./place.ts";

/** How tasks share this machine. */
export interface LocalPlace extends Resources {
  /** Processes at a time; null: one for each graphics card, or where none is used one for each core. */
  readonly most: number | null;
  /** Tasks there are, more than which never go at once. */
  readonly tasks: number;
  /** Threads of a process; null: cores shared out. */
  readonly threads: number | null;
  /** Whether the tasks compute on graphics cards where there are any. */
  readonly onGpus: boolean;
  /** What one process is known to take, from earlier ones, in MB; null: nothing is known. */
  readonly known: () => number | null;
  /** Whether a task has taken all the memory that it will take. */
  readonly settled: (task: Task) => boolean;
}

/** Share of the memory that is there which processes may take. */
const SHARE = 0.9;

/** A process that goes, or has ended. */
interface Started {
  readonly child: ChildProcess;
  readonly slot: number;
  standing: Standing;
}

/** Runs tasks as processes of this machine. */
export function localPlace(options: LocalPlace): Place {
  const { tasks, settled } = options;
  const cores = navigator.hardwareConcurrency;
  const gpus = options.onGpus ? gpusHere() : [];
  const wanted = options.most ?? (gpus.length > 0 ? gpus.length : Math.floor(cores / (options.cores ?? 1)));
  let most = Math.max(1, Math.min(wanted, tasks));
  const threads = options.threads ?? options.cores ?? Math.max(1, Math.floor(cores / most));
  const room = options.megabytes ?? SHARE * availableMemory() / 1e6;
  /** The most that a process was seen to take, in MB. */
  let known = options.known();
  let ending = false;
  const started = new Map<Task, Started>();
  const waiting: Task[] = [];
  const going = (): [Task, Started][] => [...started].filter(([, { standing }]) => standing.kind === "going");

  /** Why the next task has to wait; null: there is room. */
  const full = (): string | null => {
    const now = going();
    if (now.length >= most) return "cores";
    if (now.length === 0) return null;
    const seen = now.map(([, { child }]) => peakOf(child.pid!) ?? 0);
    // of the first nobody knows what it takes; it goes alone until it shows
    const young = now.some(([task]) => !settled(task));
    if (known === null && young) return "the memory of the first";
    known = Math.max(known ?? 0, ...seen);
    return (now.length + 1) * known > room ? "memory" : null;
  };

  const begin = async (task: Task): Promise<void> => {
    const slot = [...Array(most).keys()].find((i) => !going().some(([, one]) => one.slot === i)) ?? 0;
    const child = await startProcess(task, gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpus[slot % gpus.length] });
    const one: Started = { child, slot, standing: { kind: "going", where: `process ${child.pid}` } };
    started.set(task, one);
    child.once("exit", (code, signal) => {
      one.standing = { kind: "ended", code, why: signal };
      if (signal !== "SIGKILL" || ending) return;
      // as a system does that is out of memory
      most = Math.max(1, Math.min(most, going().length));
    });
  };

  const stop = async (): Promise<void> => {
    ending = true;
    waiting.length = 0;
    await Promise.all(going().map(([, { child }]) => ended(child)));
  };

  return {
    words: `${most === 1 ? "1 process" : `${most} processes`} of ${plural(threads, "thread")} on this machine`,
    leash: true,
    threads,
    cores: options.cores ?? Math.max(1, Math.floor(cores / most)),
    every: 250,
    add: (more) => Promise.resolve(void waiting.push(...more.filter((task) => !waiting.includes(task)))),
    async look() {
      let why = full();
      while (waiting.length > 0 && why === null && !ending) {
        await begin(waiting.shift()!);
        why = full();
      }
      const all = new Map<Task, Standing>(waiting.map((task) => [task, { kind: "waiting", why }]));
      for (const [task, { standing }] of started) if (!all.has(task)) all.set(task, standing);
      return all;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Starts a task's process, which adds what it prints to the task's log. Its input stays open. */
async function startProcess({ command, input, log }: Task, environment: Record<string, string>): Promise<ChildProcess> {
  await mkdir(dirname(log), { recursive: true });
  const file = await open(log, "a");
  try {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      stdio: [input === null ? "ignore" : "pipe", file.fd, file.fd],
      env: { ...Deno.env.toObject(), NO_COLOR: "1", ...environment },
      windowsHide: true,
    });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    // where it dies before it has read, its end is what is told
    child.stdin?.on("error", () => {});
    child.stdin?.write(input!);
    return child;
  } finally {
    await file.close();
  }
}

/** Asks a process to stop, and resolves when it has ended. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.stdin?.end(); // which is enough where it is on a leash, as on Windows, that has no signal to ask with
    if (Deno.build.os === "windows" && child.stdin !== null) return;
    try {
      Deno.kill(child.pid!, "SIGTERM"); // child.kill() would tell its end by this signal, whatever code it ends with
    } catch {
      // it has just ended
    }
  });
}
