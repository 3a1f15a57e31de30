import { join } from "node:path";
import { holder } from "../runs/lock.ts";
import { readHeader } from "../runs/store.ts";
import type { Command } from "./command.ts";
import { oneRun } from "./one_run.ts";
import { shown, userPath } from "./places.ts";
import { complain, print } from "./print.ts";

/** Stops the process that writes a run. */
export const stop: Command = {
  summary: "stops a run that goes on somewhere on this machine",
  help: `deno task stop RUN [--runs DIR]

Asks the process that writes a run to stop after the step at hand, waits until it has written its checkpoint and
ended, and says where the run stands. It does so with detached runs, and with those in a notebook or another
terminal. The same call or command as before goes on from there.

RUN is a name, the beginning of an id, or a run's folder.

  --runs DIR   the runs folder; default: runs

Examples:
  deno task stop dual
  deno task stop c3bbf8d1e5f5`,
  values: ["runs"],
  flags: [],
  operands: [1, 1],
  async run({ operands: [word], values }) {
    const folder = await oneRun(userPath(values.runs ?? "runs"), word);
    const ended = await stopWriter(folder);
    const header = await readHeader(folder).catch(() => null);
    const step = await keptStep(folder);
    const stands = header?.status === "done"
      ? "it was done by then"
      : step === null
      ? "it has no checkpoint yet, and begins anew when it is run again"
      : `its checkpoint stands after step ${step}, from which the same command goes on`;
    print(`Stopped process ${ended} in "${shown(folder)}": ${stands}`);
    return 0;
  },
};

/** Milliseconds between two looks at whether a process has ended. */
const LOOK = 100;

/**
 * Interrupts the process that writes a run, and resolves to its number when it has let go of the run.
 *
 * @throws {Error} when none writes it, or not one of this machine
 */
async function stopWriter(folder: string): Promise<number> {
  const writer = await holder(folder);
  if (writer === null) {
    throw new Error(`Cannot stop "${shown(folder)}": no process is writing it. See how it stands with: deno task list`);
  }
  const { pid, host, since } = writer;
  if (pid === 0 || host !== Deno.hostname()) {
    const who = pid === 0 ? "a process that the system does not name" : `process ${pid} on "${host}"`;
    throw new Error(
      `Cannot stop "${shown(folder)}": ${who} is writing it, this is "${Deno.hostname()}". End it there`,
    );
  }
  complain(`Asked process ${pid} to stop after the step at hand …`);
  // what every run understands: a notebook's kernel would be ended by SIGTERM, with all that it holds
  try {
    Deno.kill(pid, "SIGINT");
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new Error(`Cannot stop "${shown(folder)}": process ${pid} is another user's. Ask them, or root`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it ended by itself
  }
  while ((await holder(folder))?.since === since) await new Promise((resolve) => setTimeout(resolve, LOOK));
  return pid;
}

/** Last step of the newest checkpoint, by the names that `lib/train/checkpoint.ts` gives them; null: there is none. */
async function keptStep(folder: string): Promise<number | null> {
  const names = await Array.fromAsync(Deno.readDir(join(folder, "checkpoints")), ({ name }) => name).catch(() => []);
  const steps = names.flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.slice(1) ?? []).map(Number);
  return steps.length === 0 ? null : Math.max(...steps);
}
