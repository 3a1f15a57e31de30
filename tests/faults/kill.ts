/** kill -9, at moments that a seed draws and at those that are the worst. What dies of too little memory dies so too. */
import { join } from "node:path";
import type { Experiment } from "../../lib/experiment.ts";
import { random } from "../../lib/random.ts";
import { readEvents } from "../../lib/runs/event_log.ts";
import { assert, assertEquals } from "../assert.ts";
import { type RunChild, startRun, type Told } from "./children.ts";
import { everything, untilStill } from "./experiments.ts";
import { type Happened, suffer, timesTried } from "./tally.ts";
import { type Backend, namesIn, outcomeIn, reference, runIn, statesIn, where } from "./world.ts";

/** When to kill: at any moment, or while a process is at something. */
type Moment = "any" | Activity;

/** What a process may be at. */
const activities = ["training", "checkpoint", "validation", "scoring"] as const;
type Activity = (typeof activities)[number];

/** One run that is killed again and again and always resumed. */
interface Ordeal {
  readonly experiment: Experiment;
  readonly backend: Backend;
  readonly threads: number;
  readonly checkpointSeconds: number;
  readonly moments: readonly Moment[];
}

const times = (count: number, moment: Moment): Moment[] => Array.from({ length: count }, () => moment);

const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

/** Thirty kills at least, or some in short. */
const ordeals: readonly Ordeal[] = [
  {
    ...{ experiment: everything, backend: "wasm", threads: 1, checkpointSeconds: 0 },
    moments: full
      ? ["any", ...times(4, "checkpoint"), "any", "any", ...times(2, "checkpoint"), "any", "scoring"]
      : ["checkpoint", "any", "checkpoint", "scoring"],
  },
  {
    ...{ experiment: everything, backend: "wasm", threads: 1, checkpointSeconds: 300 },
    moments: full
      ? ["any", "validation", "training", "validation", "any", "any", "checkpoint", "scoring"]
      : ["training", "validation"],
  },
  {
    ...{ experiment: untilStill, backend: "wasm", threads: 2, checkpointSeconds: 0.05 },
    moments: full ? ["any", "checkpoint", "any", "validation", "any", "checkpoint"] : ["any", "checkpoint"],
  },
  {
    ...{ experiment: everything, backend: "cpu", threads: 1, checkpointSeconds: 0 },
    moments: full ? ["any", "checkpoint", "any", "checkpoint", "any"] : ["checkpoint"],
  },
];

let endured = 0;

for (const [i, ordeal] of ordeals.entries()) {
  const { experiment, backend, checkpointSeconds, moments } = ordeal;
  const count = `${moments.length} time${moments.length === 1 ? "" : "s"}`;
  const how = `on ${backend}, a checkpoint after ${checkpointSeconds} s`;
  Deno.test(`"${experiment.name}" ${how}, killed ${count}, ends as if it never was`, async () => {
    let left = moments;
    for (let attempt = 1; left.length > 0; attempt++) {
      assert(attempt <= 12, `no process could be killed in ${left.join(", ")}`);
      // a run may be done before all of its moments have come; the rest befalls another one
      await suffer(reference(experiment, backend), async (happened) => {
        const name = `killed-${i}-${attempt}`;
        left = await endure(ordeal, { left, name, happened });
        return await outcomeIn(where(name).runs);
      });
    }
    endured++;
  });
}

Deno.test("processes were killed in training, in checkpoints, in validation and while they scored", () => {
  if (endured < ordeals.length) return; // only some were asked for, or one has failed
  const counts = activities.map((activity) => timesTried(faultIn(activity)));
  assert(counts.every((count) => count > 0), `kills in each: ${counts.join(", ")}`);
  const total = counts.reduce((sum, count) => sum + count);
  assert(total >= ordeals.reduce((sum, { moments }) => sum + moments.length, 0));
  if (full) assert(total >= 30 && counts[activities.indexOf("checkpoint")] >= 8, `${counts.join(", ")} kills`);
});

/**
 * Starts a run, kills it and starts it again until its moments are over and it is done.
 *
 * @returns moments for which it was done too early; a kill that fell into another one than was meant counts as a kill
 */
async function endure(
  { experiment, backend, threads, checkpointSeconds, moments }: Ordeal,
  { left, name, happened }: { left: readonly Moment[]; name: string; happened: Happened },
): Promise<readonly Moment[]> {
  const options = where(name, { backend, threads, checkpointSeconds });
  let kept = 0;
  for (let process = 1;; process++) {
    await using child = startRun({ experiment, options });
    const started = await child.until((told) => told.kind === "start");
    assert(started?.kind === "start", Deno.inspect(child.told()));
    assert(started.step >= kept, `it goes on from step ${started.step}, a checkpoint of ${kept} was on the disk`);
    const [moment] = left;
    if (moment !== undefined) {
      const { integer, uniform } = random(7, "kill", name, process);
      await killAt(moment, child, {
        folder: await runIn(options.runs),
        lines: integer(Math.ceil(90 / moments.length)),
        milliseconds: 25 * uniform(),
      });
    }
    const { signal, err } = await child.ended;
    for (const told of child.told()) if (told.kind === "checkpoint") kept = told.step;
    if (signal !== "SIGKILL") {
      assertEquals(err, "");
      assertEquals(child.told().at(-1)?.kind, "done");
      return left;
    }
    const activity = await activityIn(await runIn(options.runs));
    happened(faultIn(activity));
    if (moment === "any" || moment === activity) left = left.slice(1);
  }
}

function faultIn(activity: Activity): string {
  const words = { training: "in training", checkpoint: "in a checkpoint", validation: "in validation" };
  return `kill -9 ${activity === "scoring" ? "while test sets are scored" : words[activity]}`;
}

/** Kills a child at a moment, unless it ends before that comes. */
async function killAt(
  moment: Moment,
  child: RunChild,
  { folder, lines, milliseconds }: { folder: string; lines: number; milliseconds: number },
): Promise<void> {
  if (moment === "checkpoint") return await killWhile(() => isWriting(join(folder, "checkpoints")), child, lines / 4);
  let count = 0;
  const is = {
    any: () => ++count > lines,
    training: (told: Told) => told.kind === "step" && !isJudged(told.row.step) && ++count > lines / 8,
    validation: (told: Told) => told.kind === "step" && isJudged(told.row.step) && ++count > lines / 8,
    scoring: (told: Told) => told.kind === "evaluate" || told.kind === "probe",
  }[moment];
  if (await child.until(is) === null) return;
  await new Promise((resolve) => setTimeout(resolve, moment === "any" ? milliseconds : milliseconds / 8));
  child.kill("SIGKILL");
}

/** Kills a child while something holds: it is stopped when that is seen, and killed only if it is seen again. */
async function killWhile(holds: () => boolean, child: RunChild, pass: number): Promise<void> {
  for (let seen = 0; !child.over;) {
    if (holds()) {
      child.kill("SIGSTOP");
      if (holds() && ++seen > pass) return child.kill("SIGKILL");
      child.kill("SIGCONT");
      while (holds() && !child.over) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function isWriting(folder: string): boolean {
  try {
    return Deno.readDirSync(folder).some(({ name }) => name.endsWith(".tmp"));
  } catch {
    return false; // not there yet
  }
}

/** What a process was at when it was killed, by what it left. */
async function activityIn(folder: string): Promise<Activity> {
  const names = await namesIn(join(folder, "checkpoints"));
  const whole = await statesIn(folder);
  const begun = names.flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? []);
  if (names.some((name) => name.endsWith(".tmp")) || begun.some((step) => !whole.includes(Number(step)))) {
    return "checkpoint";
  }
  const said = (await Array.fromAsync(readEvents(folder))).filter(({ kind }) => kind !== "notice");
  const last = said.findLast(({ kind }) => kind !== "checkpoint");
  if (last?.kind === "evaluate" || last?.kind === "probe") return "scoring";
  // what comes next is a judgement, but for a moment in which its batch is awaited
  return last?.kind === "step" && isJudged(last.row.step) ? "validation" : "training";
}

/** Whether both experiments are judged after such a step: every second one, and the last of an epoch. */
function isJudged(step: number): boolean {
  return step % 2 === 0 || step % 5 === 0;
}
