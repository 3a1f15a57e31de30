/** Sweeps on a real Slurm, whose node is killed for real. */
import { join } from "node:path";
import type { SweepEvent } from "../../lib/cluster/events.ts";
import { slurmPlace } from "../../lib/cluster/slurm.ts";
import { sweepEvents, type SweepOptions } from "../../lib/cluster/sweep.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { run } from "../../lib/run.ts";
import { holder } from "../../lib/runs/lock.ts";
import { folders, readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { assertSame } from "../same_run.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { resultOf } from "./told.ts";
import { type SlurmCluster, startSlurm, whyNoSlurm } from "./slurm_cluster.ts";

const why = whyNoSlurm();
const data = await Deno.makeTempDir();
let cluster: SlurmCluster;
if (why === null) {
  await writeTinyWorld(data);
  await useBackend("wasm", { threads: 1 });
  cluster = await startSlurm();
}
Deno.test.afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  closeBackend();
  await Deno.remove(data, { recursive: true });
});

/** A test that is left out by name where Slurm cannot be started. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name: why === null ? name : `${name} (left out: ${why})`, ignore: why !== null, fn: body });
}

const recipe = (name: string, { epochs = 2, rate = 1e-2 } = {}): Experiment =>
  derive(tinyDual({ epochs }), { name, optimizer: { rate } });

async function inRuns(body: (options: SweepOptions & { readonly runs: string }) => Promise<void>): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await body({ runs, data, backend: "wasm", checkpointSeconds: 0, on: "slurm:2", resources: { megabytes: 600 } });
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

/**
 * Runs one definition as a sweep. `meanwhile` is called once its process has an epoch behind it, was halted there, so that
 * it cannot be done before something happens to it, and the table has told where it goes.
 */
async function swept(
  experiment: Experiment,
  options: SweepOptions & { readonly runs: string },
  meanwhile: (at: { readonly folder: string; readonly pid: number }) => Promise<void>,
): Promise<SweepEvent[]> {
  let [done, placed] = [false, false];
  const happening = (async () => {
    let [folder, pid] = ["", 0];
    await until(async () => {
      folder = (await folders(options.runs))[0] ?? "";
      if (folder === "" || !((await readHeader(folder).catch(() => null))?.history.length ?? 0)) return false;
      pid = (await holder(folder))?.pid ?? 0;
      return pid !== 0;
    }, 20);
    Deno.kill(pid, "SIGSTOP");
    await until(() => Promise.resolve(placed));
    await meanwhile({ folder, pid });
    done = true;
  })();
  const told: SweepEvent[] = [];
  for await (const event of sweepEvents(experiment, options)) {
    if (event.kind !== "table") told.push(event);
    else if (done) await cluster.hurry();
    else placed ||= event.table.rows.some(({ where }) => where?.startsWith(`${cluster.node}, task `));
  }
  await happening;
  return told;
}

test("a sweep on Slurm ends as one here; a run that fails costs its own point and says why", async () => {
  await inRuns(async (options) => {
    const [good, wild] = [recipe("good"), recipe("wild", { rate: 1e30 })];
    const told = await Array.fromAsync(sweepEvents([good, wild], options));
    const { records, rows } = resultOf(told);
    assertEquals(rows.map(({ status }) => status), ["done", "failed"]);
    assert(rows[1].error!.includes("is not finite"), rows[1].error!);
    assertSame(records[0], await run(good, { data, runs: join(data, "good"), backend: "wasm" }));
  });
});

const long = recipe("long", { epochs: 25 });
const whole = why === null ? await run(long, { data, runs: join(data, "whole"), backend: "wasm" }) : null;

test("a task that comes near its time limit keeps its place, is queued again and goes on", async () => {
  await inRuns(async (options) => {
    let at = 0;
    const told = await swept(long, options, async ({ folder, pid }) => {
      const [job] = (await cluster.ask("squeue", "-h", "-t", "R", "-o", "%A")).trim().split("\n");
      await cluster.ask("scancel", "--batch", "--signal=USR1", job); // what --signal=B:USR1@120 sends
      Deno.kill(pid, "SIGCONT");
      await until(async () => (await holder(folder)) === null);
      at = (await readHeader(folder)).history.length;
      await until(async () => /PENDING/.test(await cluster.ask("squeue", "-h", "-o", "%T")));
    });
    assert(at >= 1 && at < 25, `it stood at epoch ${at}`);
    assertSame(resultOf(told).records[0], whole!);
    assertEquals(told.filter(({ kind }) => kind === "notice"), []); // nothing was lost
  });
});

test("a node daemon that is killed loses nothing: its programs with it, or halted beside their successor", async () => {
  await inRuns(async (options) => {
    const told = await swept(long, options, async () => {
      await cluster.killNode();
      await cluster.startNode();
    });
    assertSame(resultOf(told).records[0], whole!);
  });
  await inRuns(async (options) => {
    const told = await swept(long, options, async ({ folder, pid }) => {
      await cluster.killNode({ spare: pid });
      await cluster.startNode();
      const log = join(folder, "run.log");
      await until(async () => {
        await cluster.hurry();
        return (await Deno.readTextFile(log)).includes(`waits: process ${pid} on`); // nobody writes beside it
      });
      Deno.kill(pid, "SIGKILL");
    });
    assertSame(resultOf(told).records[0], whole!);
  });
});

test("a stopped sweep cancels its tasks, which keep their checkpoints", async () => {
  await inRuns(async (options) => {
    const stopper = new AbortController();
    const endless = [recipe("endless", { epochs: 10_000 }), recipe("waiting", { epochs: 10_001 })];
    let folder = "";
    await assertRejects(async () => {
      for await (const event of sweepEvents(endless, { ...options, on: "slurm:1", signal: stopper.signal })) {
        if (event.kind !== "table" || event.table.rows[0].epochs < 1) continue;
        folder = event.table.rows[0].folder;
        stopper.abort();
      }
    }, DOMException);
    assertEquals((await cluster.ask("squeue", "-h", "-t", "PD,R,CG")).trim(), "");
    const { status, history } = await readHeader(folder);
    assertEquals([status, history.length > 0], ["stopped", true]);
  });
});

test("a task that an earlier call submitted is found again, and its words when it dies", async () => {
  const folder = await Deno.makeTempDir();
  const log = join(folder, "log.txt");
  const task = { name: "sleep", command: ["sleep", "600"], input: null, log };
  const options = { folder: join(folder, "slurm"), most: null, threads: null, known: () => null };
  const first = await slurmPlace(options);
  await first.add([task]);
  const second = await slurmPlace(options);
  await second.add([{ ...task }]);
  const jobs = async (): Promise<string[]> =>
    (await cluster.ask("squeue", "-h", "-t", "PD,R", "-o", "%A")).trim().split("\n").filter((one) => one !== "");
  await until(async () => [...(await second.look()).values()][0].kind === "going");
  assertEquals((await jobs()).length, 1);
  await second.stop();
  assertEquals(await jobs(), []);

  const dies = { ...task, command: ["sh", "-c", "echo last words; kill -9 $$"] };
  await first.add([dies]);
  await until(async () => (await first.look()).get(dies)!.kind === "ended");
  assertEquals((await first.look()).get(dies), { kind: "ended", code: 137, why: null });
  assertEquals(await Deno.readTextFile(log), "last words\n");
  await first.stop();
  await assertRejects(
    async () => await (await slurmPlace({ ...options, partition: "moon" })).add([task]),
    Error,
    "sbatch failed: invalid partition specified: moon",
  );
  await Deno.remove(folder, { recursive: true });
});

/** Waits until something holds, and no longer than a loaded machine may take for it. */
async function until(holds: () => Promise<boolean>, every = 100): Promise<void> {
  for (const began = performance.now(); !await holds();) {
    if (performance.now() - began > 240_000) throw new Error(`It does not come: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
