/** A disk that is full: a small file system of its own, and the limit that a system may set on the size of files. */
import { join } from "node:path";
import { derive, type Experiment } from "../../lib/experiment.ts";
import type { RunOptions } from "../../lib/run.ts";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, ranRun, type RunChild, startRun, type Told } from "./children.ts";
import { ran } from "./command.ts";
import { everything } from "./experiments.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { impossible, suffer } from "./tally.ts";
import { namesIn, newestState, outcomeIn, place, reference, runIn, where } from "./world.ts";

/** Where in a run the disk fills up. */
interface Filling {
  readonly fault: string;
  /** Event at which it happens. */
  readonly at: (told: Told) => boolean;
  readonly experiment: Experiment;
  readonly checkpointSeconds: number;
}

/** An epoch so long that its events outgrow what is left of their last block. */
const long = derive(everything, { name: "long", epochs: 2, batch: { accumulate: null }, select: { every: 100 } });

const fillings: readonly Filling[] = [
  {
    fault: "disk full at a checkpoint",
    at: (told) => told.kind === "step" && told.row.step === 7,
    ...{ experiment: everything, checkpointSeconds: 0 },
  },
  {
    fault: "disk full between checkpoints, as events are written",
    at: (told) => told.kind === "step" && told.row.step === 11,
    ...{ experiment: long, checkpointSeconds: 300 },
  },
  {
    fault: "disk full at the end of an epoch",
    at: (told) => told.kind === "epoch" && told.row.epoch === 2,
    ...{ experiment: everything, checkpointSeconds: 300 },
  },
  {
    fault: "disk full as the record is written",
    at: (told) => told.kind === "probe" && told.done === told.total,
    ...{ experiment: everything, checkpointSeconds: 300 },
  },
];

for (const filling of fillings) {
  const { fault, experiment } = filling;
  Deno.test(`${fault}: the error says what to do, and with room again the run ends as if it never was`, async () => {
    const sandbox = await openSandbox();
    if (typeof sandbox === "string") return impossible(fault, sandbox);
    await using _ = sandbox;
    await suffer(reference(experiment), async (happened) => {
      const disk = join(place, fault);
      await Deno.mkdir(disk);
      await sandbox.shell(`mount -t tmpfs -o size=400k tmpfs '${disk}'`);
      return await filledUp(filling, { sandbox, disk, happened: () => happened(fault) });
    });
  });
}

/** Fills the disk in the middle of a run, makes room again, and goes on. */
async function filledUp(
  { at, experiment, checkpointSeconds }: Filling,
  { sandbox, disk, happened }: { sandbox: Sandbox; disk: string; happened: () => void },
) {
  const options = { ...where(""), runs: join(disk, "runs"), checkpointSeconds };
  const outside = sandbox.outside(options.runs);
  const filler = join(sandbox.outside(disk), "filler");
  let kept = 0;
  {
    await using child = startRun({ experiment, options }, sandbox);
    assert(await child.until(at) !== null, Deno.inspect(child.told().at(-1)));
    await fill(filler);
    happened();
    kept = await failed(child, outside);
  }
  await refusedAgain({ experiment, options }, sandbox);
  assertEquals(await newestState(await runIn(outside)), kept);
  await Deno.remove(filler);
  const { told } = await ranRun({ experiment, options }, sandbox);
  assertEquals([errorOf(told), told.filter(({ kind }) => kind === "notice")], [null, []]);
  const start = told[0];
  assert(start.kind === "start" && start.step === kept, Deno.inspect(start));
  return await outcomeIn(outside);
}

/** Sees that a run fails for want of room and says what to do. Its last whole checkpoint. */
async function failed(child: RunChild, runs: string): Promise<number> {
  const { code, err } = await child.ended;
  assertEquals([code, err], [1, ""]);
  sayWhatToDo(errorOf(child.told()));
  const folder = await runIn(runs);
  const left = [...await namesIn(folder), ...await namesIn(join(folder, "checkpoints"))];
  assertEquals(left.filter((name) => name.endsWith(".tmp")), []);
  const told = child.told().findLast(({ kind }) => kind === "checkpoint");
  const kept = await newestState(folder);
  assert(told?.kind === "checkpoint" && told.step === kept, `${Deno.inspect(told)}, of ${kept} there is a state`);
  return kept;
}

function sayWhatToDo(message: string | null): void {
  assert(/No space left|File too large/.test(message ?? ""), String(message));
  assert(/[Mm]ake room/.test(message!), message!);
}

/** The same command while there is still no room. */
async function refusedAgain(
  given: { experiment: Experiment; options: RunOptions },
  sandbox: Sandbox,
): Promise<void> {
  const { told } = await ranRun(given, sandbox);
  sayWhatToDo(errorOf(told));
}

/** Takes all the room that there is. */
async function fill(file: string): Promise<void> {
  using filler = await Deno.open(file, { write: true, create: true });
  try {
    for (;;) await filler.write(new Uint8Array(4096));
  } catch (error) {
    assert(/No space left/.test((error as Error).message), String(error));
  }
}

Deno.test("a file that outgrows a limit of the system is as a full disk", async () => {
  const fault = "disk full, as a limit on files (ulimit -f) has it";
  if (Deno.build.os !== "linux") return impossible(fault, "only Linux sets limits on running processes");
  await suffer(reference(everything), async (happened) => {
    const options = where("limited", { checkpointSeconds: 0 });
    const given = { experiment: everything, options };
    // the signal that goes with it would end the process, and does not where it is ignored
    await using child = startRun(given, { under: ["sh", "-c", `trap "" XFSZ; exec "$@"`, "sh"] });
    assert(await child.until((told) => told.kind === "step" && told.row.step === 7) !== null);
    const { code, err } = await ran(["prlimit", "--pid", String(child.pid), "--fsize=20000"]);
    assertEquals(code, 0, err);
    happened(fault);
    const kept = await failed(child, options.runs);
    const { told } = await ranRun(given);
    const start = told[0];
    assert(start.kind === "start" && start.step === kept, Deno.inspect(start));
    return await outcomeIn(options.runs);
  });
});
