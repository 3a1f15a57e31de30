/** Where processes run: on this machine, or on those that Slurm has. */

/** A process to be. */
export interface Task {
  /** For tables and messages. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** What it reads from standard input; null: nothing. */
  readonly input: string | null;
  /** File to which what it prints is added; its folder is made. */
  readonly log: string;
}

/** How a task stands. */
export type Standing =
  /** Why, where that is known: "Priority", "memory". */
  | { readonly kind: "waiting"; readonly why: string | null }
  /** "process 12", "node-3". */
  | { readonly kind: "going"; readonly where: string }
  | {
    readonly kind: "ended";
    /** Exit code; null: it did not end by itself, or nobody knows. */
    readonly code: number | null;
    /** What ended it, in words, where its code does not tell. */
    readonly why: string | null;
  };

/** Exit codes that tasks end with, beside 0. */
export const ENDS = {
  /** It has told why, and would say the same again. */
  refused: 1,
  /** It was asked to stop, and has kept its place. */
  stopped: 130,
} as const;

/** Somewhere to run tasks. What it holds ends with it. */
export interface Place extends AsyncDisposable {
  /** "2 processes of 1 thread on this machine". */
  readonly words: string;
  /** Whether what tasks read stays open as long as the process that started them lives, so that its end is theirs. */
  readonly leash: boolean;
  /** Threads for each process. */
  readonly threads: number;
  /** Cores of the machine that are each process's. */
  readonly cores: number;
  /** Hands tasks over; they start as there is room. */
  add(tasks: readonly Task[]): Promise<void>;
  /** How all tasks stand that were handed over. */
  look(): Promise<ReadonlyMap<Task, Standing>>;
  /** Asks all to stop, and resolves when they have ended. */
  stop(): Promise<void>;
  /** Milliseconds between two looks. */
  readonly every: number;
}

/** What a process may take. */
export interface Resources {
  /** Processor cores of one process; null: shared out. */
  readonly cores?: number | null;
  /** Memory in MB (10⁶ bytes): of all processes together on this machine, of each under Slurm; null: what there is. */
  readonly megabytes?: number | null;
  /** Graphics cards of one process; null: shared out on this machine, none under Slurm. */
  readonly gpus?: number | null;
  /** Under Slurm: longest time of a task, as sbatch reads it ("90", "12:00:00", "2-00"); null: the partition's. */
  readonly time?: string | null;
  /** Under Slurm; null: the cluster's default. */
  readonly partition?: string | null;
  /** Further words for sbatch, as `["--account=vision"]`. */
  readonly sbatch?: readonly string[];
}

/** A place as it is typed, and how many processes go there at most; null: as there is room. */
export interface Where {
  readonly kind: "local" | "slurm";
  readonly most: number | null;
}

/**
 * Reads "local", "local:4", "slurm" or "slurm:100".
 *
 * @throws {RangeError} when it is none of these
 */
export function whereOf(typed: string): Where {
  const [, kind, most] = /^(local|slurm)(?::([1-9]\d{0,5}))?$/.exec(typed) ?? [];
  if (kind !== undefined) return { kind: kind as Where["kind"], most: most === undefined ? null : Number(most) };
  throw new RangeError(
    `Cannot run on "${typed}": expected local or slurm, or local:N or slurm:N for N processes at a time`,
  );
}
