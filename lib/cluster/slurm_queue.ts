/** What Slurm says of its jobs: `squeue --json` of those it still holds, `sacct` of those it has forgotten. */

/** How a task of a job array stands. */
export interface QueuedTask {
  /** Of the array. */
  readonly job: number;
  /** Place in the array. */
  readonly task: number;
  /** In Slurm's words: "PENDING", "RUNNING", "OUT_OF_MEMORY" … */
  readonly state: string;
  /** Why it waits; empty where there is nothing to tell. */
  readonly reason: string;
  /** Machines it runs on; empty: none yet. */
  readonly nodes: string;
}

/** States in which a task is over. Of every other, also one that a later Slurm may have, something more is to come. */
const OVER: readonly string[] = [
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"],
  ...["REVOKED", "TIMEOUT"],
];

/** Whether nothing more comes of a task in this state. */
export function isOver(state: string): boolean {
  return OVER.includes(state);
}

/**
 * All tasks of this user that Slurm holds.
 *
 * @throws {Error} when squeue fails; with its words
 */
export async function queuedTasks(): Promise<QueuedTask[]> {
  const user = Deno.env.get("USER") ?? Deno.env.get("LOGNAME") ?? String(Deno.uid());
  const text = await slurm("squeue", [`--user=${user}`, "--states=all", "--json"]);
  return parseQueue(text);
}

/**
 * The tasks in a text of `squeue --json`. Between versions fields have changed their form: a number may stand alone or as
 * `{ set, number }`, a state alone or in a list with flags such as "COMPLETING" behind it.
 *
 * @throws {SyntaxError} when it is not JSON
 */
export function parseQueue(text: string): QueuedTask[] {
  const { jobs = [] } = JSON.parse(text) as { readonly jobs?: readonly Record<string, unknown>[] };
  return jobs.flatMap((entry) => {
    const job = numberOf(entry.array_job_id);
    if (job === null || job === 0) return []; // no array, and none of ours
    const state = stateOf(entry.job_state);
    const told = { job, state, reason: wordOf(entry.state_reason), nodes: wordOf(entry.nodes) };
    // tasks that wait stand in one entry until they begin
    const waiting = tasksIn(wordOf(entry.array_task_string));
    const tasks = waiting.length > 0 ? waiting : [numberOf(entry.array_task_id) ?? []].flat();
    return tasks.map((task) => ({ ...told, task }));
  });
}

/** The numbers in "0-2,7%4". */
export function tasksIn(list: string): number[] {
  return list.replace(/%.*$/, "").split(",").flatMap((piece) => {
    const [, from, to = from, by = "1"] = /^(\d+)(?:-(\d+))?(?::(\d+))?$/.exec(piece) ?? [];
    if (from === undefined) return [];
    const count = Math.floor((Number(to) - Number(from)) / Number(by)) + 1;
    return Array.from({ length: count }, (_, i) => Number(from) + i * Number(by));
  });
}

/** What accounting says of a task that is over: its state; null where it says nothing, or there is no accounting. */
export async function accountedState(job: number, task: number): Promise<string | null> {
  const words = ["-j", `${job}_${task}`, "-n", "-P", "-X", "--format=State"];
  const text = await slurm("sacct", words).catch(() => "");
  return text.trim().split("\n").at(-1)?.split(" ")[0] || null; // "CANCELLED by 0"
}

/**
 * Runs one of Slurm's commands.
 *
 * @throws {Deno.errors.NotFound} when it is not installed
 * @throws {Error} when it fails; with its words
 */
export async function slurm(command: string, words: readonly string[]): Promise<string> {
  // lists of tasks are otherwise cut after 64 characters
  const env = { SLURM_BITSTR_LEN: "0" };
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...words], env }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (success) return said;
    const why = complained.trim().split("\n").map((line) => line.replace(/^\w+: (error: )?/, "")).join("; ");
    throw new Error(`Cannot ask Slurm: ${command} failed: ${why || "it did not say why"}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot run on Slurm: there is no command "${command}" here. Expected a machine of the cluster from which jobs ` +
        "are submitted; --on local runs on this one",
    );
  }
}

function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null || !("number" in value)) return null;
  return "set" in value && value.set === false ? null : Number(value.number);
}

function wordOf(value: unknown): string {
  return typeof value === "string" && value !== "None" ? value : "";
}

/** The state itself; while a job of another state is "COMPLETING", its processes still end. */
function stateOf(value: unknown): string {
  const words = Array.isArray(value) ? value.map(String) : [String(value)];
  return words.find((word) => !isOver(word)) ?? words[0];
}
