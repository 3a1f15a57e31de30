/** Runs in processes of their own: real ones, that are killed for real. */
import { join } from "node:path";
import { derive } from "../lib/experiment.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { events, run, type RunOptions, startDetached } from "../lib/run.ts";
import { attached } from "../lib/runs/attach.ts";
import { holder } from "../lib/runs/lock.ts";
import { readHeader, runFolder } from "../lib/runs/store.ts";
import type { RunEvent, RunRecord } from "../lib/types.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { assertSame } from "./same_run.ts";
import { counterproof } from "./cli/command_line.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const data = await Deno.makeTempDir();
await writeTinyWorld(data);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(data, { recursive: true });
});

/** Epochs of a run that ends within seconds, and of one that goes on until it is ended. */
const [SHORT, LONG] = [testBackend === "cpu" ? 10 : 40, 100_000];
const short = tinyDual({ epochs: SHORT });
const long = tinyDual({ epochs: LONG });

/** A run of the short definition in this very process, to compare with. */
const whole = await run(short, { runs: join(data, "attached"), data, backend: testBackend });

/** Runs the body with a folder of runs of its own, and ends what still goes there. */
async function inRuns(body: (options: RunOptions & { readonly runs: string }) => Promise<void>): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await body({ runs, data, backend: testBackend, checkpointSeconds: 0, detached: true });
  } finally {
    for (const folder of await foldersIn(runs)) {
      const held = await holder(folder);
      if (held !== null && held.pid !== Deno.pid) await kill(held.pid, folder);
    }
    await Deno.remove(runs, { recursive: true });
  }
}

Deno.test("a detached run outlives its caller, is found again, and ends with the same bytes as one that is not", async () => {
  await inRuns(async (options) => {
    const caller = call(SHORT, options);
    await caller.until("step");
    const [folder] = await foldersIn(options.runs);
    const { pid } = (await holder(folder))!;
    assert(pid !== caller.pid);
    Deno.kill(pid, "SIGSTOP"); // or a fast machine would be done too early
    // as the end of a kernel or a closing shell does, and with no chance to say a word
    const killed = await new Deno.Command("sh", { args: ["-c", `kill -9 -${caller.pid}`] }).output();
    assert(killed.success, new TextDecoder().decode(killed.stderr));
    await caller.all();

    const told = await followed(options, pid);
    assert(told[0].kind === "start" && told[0].step >= 1, Deno.inspect(told[0]));
    assertSame(recordOf(told), whole);
    const log = await Deno.readTextFile(join(folder, "run.log"));
    assert(log.includes(`process ${pid} runs "tiny dual"`) && log.includes(`process ${pid} is done`), log);
    assertEquals((await foldersIn(options.runs)).length, 1);
  });
});

Deno.test("two callers that start one run at once follow one process, and a third finds its record", async () => {
  await inRuns(async (options) => {
    const folder = runFolder(options.runs, { name: short.name, id: whole.id });
    const job = { experiment: short, options: { ...options, detached: false } };
    const follow = () => Array.fromAsync(attached(folder, { name: short.name, job, fresh: false }));
    const [one, two] = await Promise.all([follow(), follow()]); // each starts a process, one of which has the lock
    for (const told of [one, two]) {
      assertEquals(told[0].kind, "start");
      assertSame(recordOf(told), whole);
    }
    const log = await Deno.readTextFile(join(folder, "run.log"));
    assertEquals(log.match(/process \d+ is done/g)?.length, 1);
    const third = await Array.fromAsync(events(short, options));
    assertEquals(third.map(({ kind }) => kind), ["done"]);
    assertEquals(third[0], one.at(-1));
  });
});

Deno.test("a run that goes in another process, not detached, is followed", async () => {
  await inRuns(async (options) => {
    const caller = call(SHORT, { ...options, detached: false });
    await caller.until("step");
    Deno.kill(caller.pid, "SIGSTOP");
    const { pid, folder } = await startDetached(short, options);
    assertEquals([pid, await foldersIn(options.runs)], [caller.pid, [folder]]);
    const [told] = await Promise.all([followed(options, caller.pid), caller.all()]);
    assert(told[0].kind === "start" && told[0].step >= 1, Deno.inspect(told[0]));
    assertSame(recordOf(told), whole);
    await assertRejects(() => Deno.stat(join(folder, "run.log")), Deno.errors.NotFound);
  });
});

Deno.test("what leaves a detached run is told that it goes on; deno task stop ends it, and its checkpoint is kept", async () => {
  await inRuns(async (options) => {
    const { id, folder, pid } = await startDetached(long, options);
    const leaver = new AbortController();
    const left = await assertRejects(
      async () => {
        for await (const { kind } of events(long, { ...options, signal: leaver.signal })) {
          if (kind === "step") leaver.abort();
        }
      },
      DOMException,
      `goes on without being watched, in process ${pid} on "${Deno.hostname()}"`,
    );
    assertEquals(left.name, "AbortError");
    assert(left.message.includes(`deno task stop ${id.slice(0, 12)}`), left.message);
    const refused = await assertRejects(() => run(long, { ...options, detached: false }), Error, `process ${pid} on`);
    assert(refused.message.includes("Follow it with --detach (detached: true)"), refused.message);
    await assertRejects(() => run(long, { ...options, fresh: true }), Error, "Leave out --fresh");

    const watched = assertRejects(() => run(long, options), DOMException, `"tiny dual" was stopped: process ${pid}`);
    const { code, out, err } = await counterproof(["stop", id.slice(0, 8), "--runs", options.runs]);
    assertEquals(code, 0, err);
    const [, step] = /Stopped process \d+ in ".*": its checkpoint stands after step (\d+), from which/.exec(out)!;
    await watched;
    assertEquals([await holder(folder), (await readHeader(folder)).status], [null, "stopped"]);
    const again = await startDetached(long, options);
    assert(again.pid !== null && again.pid !== pid);
    for await (const event of events(long, options)) {
      assert(event.kind === "start" && event.step >= Number(step));
      break;
    }
    await kill(again.pid, folder);
    const none = await counterproof(["stop", "tiny dual", "--runs", options.runs]);
    assertEquals(none.code, 1);
    assert(none.err.includes("no process is writing it"), none.err);
  });
});

Deno.test("a detached run that is killed is told as gone, and the same call goes on from its last checkpoint", async () => {
  await inRuns(async (options) => {
    let killed = 0;
    const error = await assertRejects(
      async () => {
        for await (const event of events(short, options)) {
          if (event.kind !== "step" || killed > 0) continue;
          const [folder] = await foldersIn(options.runs);
          killed = event.row.step;
          Deno.kill((await holder(folder))!.pid, "SIGKILL");
        }
      },
      Error,
      "is gone without a word",
    );
    assert(
      /The same call goes on from its last checkpoint\. The end of ".*run\.log":\n {2}.*runs "tiny/.test(error.message),
    );
    const told = await Array.fromAsync(events(short, options));
    assert(told[0].kind === "start" && told[0].step >= killed - 1, `${Deno.inspect(told[0])} after ${killed}`);
    assertSame(recordOf(told), whole);
  });
});

Deno.test("a detached run that cannot begin says why, and starts nothing where data is missing", async () => {
  await inRuns(async (options) => {
    const missing = await assertRejects(
      () => startDetached(short, { ...options, data: join(data, "nowhere") }),
      Deno.errors.NotFound,
      "GenImage",
    );
    assert(!missing.message.includes("process"), missing.message);
    assertEquals(await foldersIn(options.runs), []);
    const refused = await assertRejects(() => startDetached(short, { ...options, backend: "cpu", threads: 3 }), Error);
    assert(
      /Cannot run "tiny dual": process \d+ on ".*" ended before its first step\. It says in ".*run\.log":\n[^]*3 threads/
        .test(refused.message),
      refused.message,
    );
  });
});

Deno.test("a detached run that fails says so as one that is not", async () => {
  const wild = derive(short, { optimizer: { rate: 1e30 } });
  await inRuns(async (options) => {
    const error = await assertRejects(() => run(wild, options), Error, "is not finite");
    assert(error.message.startsWith("Cannot"), error.message);
  });
});

Deno.test("a detached run begins anew where it is asked to, also where one is finished", async () => {
  await inRuns(async (options) => {
    const first = await run(short, options);
    const told = await Array.fromAsync(events(short, { ...options, fresh: true }));
    assert(told[0].kind === "start" && told[0].step === 0, Deno.inspect(told[0]));
    assertEquals(told.filter(({ kind }) => kind === "step").length, whole.steps.length);
    assert(recordOf(told).started > first.started);
    assertSame(recordOf(told), whole);
    const { pid } = await startDetached(short, options);
    assertEquals(pid, null);
  });
});

/** A process that runs the tiny world, in a process group of its own. */
function call(epochs: number, options: RunOptions) {
  const program = new URL("./detached_caller.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, JSON.stringify({ epochs, options })],
    stdin: "null",
    stdout: "piped",
    detached: true,
  }).spawn();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    pid: child.pid,
    /** Resolves when it has told an event of a kind. */
    async until(kind: RunEvent["kind"]): Promise<void> {
      for (let text = ""; !text.includes(`{"kind":"${kind}"`);) {
        const { done, value } = await out.read();
        assert(!done, `it ended: ${text}`);
        text += value;
      }
    },
    /** Resolves when it has ended, to all that it told and nobody has read. */
    async all(): Promise<RunEvent[]> {
      let text = "";
      for (let piece = await out.read(); !piece.done; piece = await out.read()) text += piece.value;
      await child.status;
      return text.trim().split("\n").filter((line) => line.endsWith("}")).map((line) => JSON.parse(line));
    },
  };
}

/** Follows the short run to its end, in a process that stands still until it is found. */
async function followed(options: RunOptions, pid: number): Promise<RunEvent[]> {
  const told: RunEvent[] = [];
  for await (const event of events(short, options)) {
    told.push(event);
    if (event.kind === "start") Deno.kill(pid, "SIGCONT");
  }
  return told;
}

/** Kills a process, and waits until it lets go of the run. */
async function kill(pid: number, folder: string): Promise<void> {
  Deno.kill(pid, "SIGKILL");
  while ((await holder(folder))?.pid === pid) await new Promise((resolve) => setTimeout(resolve, 20));
}

function recordOf(told: readonly RunEvent[]): RunRecord {
  const last = told.at(-1)!;
  assert(last.kind === "done", Deno.inspect(last));
  return last.record;
}

/** Folders of the runs in a folder. */
async function foldersIn(runs: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(runs));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => join(runs, name)).sort();
}
