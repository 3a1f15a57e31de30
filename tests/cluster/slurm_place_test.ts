/** What is made of Slurm's answers, by commands that stand for its own. */
import { join } from "node:path";
import { slurmPlace } from "../../lib/cluster/slurm.ts";
import type { Standing } from "../../lib/cluster/place.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

/** Commands that note how they were called; squeue prints what `say` was given, or fails where that is null. */
async function inSlurm(
  body: (at: {
    readonly folder: string;
    readonly say: (jobs: readonly object[] | null) => Promise<void>;
    readonly called: () => Promise<string[]>;
  }) => Promise<void>,
): Promise<void> {
  const path = Deno.env.get("PATH")!;
  await inFolder(async (folder) => {
    const bin = join(folder, "bin");
    await Deno.mkdir(bin);
    const [queue, calls] = [join(folder, "queue.json"), join(folder, "calls")];
    const note = `echo "$(basename "$0") $*" >> ${calls}`;
    const programs = {
      sinfo: "echo slurm 22.05.8",
      squeue: `cat ${queue} || { echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1; }`,
      sbatch: `${note}; echo 7`,
      scancel: `${note}; rm -f ${queue}; echo '{"jobs": []}' > ${queue}`,
      sacct: "echo OUT_OF_MEMORY",
    };
    for (const [name, text] of Object.entries(programs)) {
      await Deno.writeTextFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    Deno.env.set("PATH", `${bin}:${path}`);
    try {
      await body({
        folder,
        say: (jobs) => jobs === null ? Deno.remove(queue) : Deno.writeTextFile(queue, JSON.stringify({ jobs })),
        called: async () => (await Deno.readTextFile(calls)).trim().split("\n").map((line) => line.split(" ")[0]),
      });
    } finally {
      Deno.env.set("PATH", path);
    }
  });
}

const entry = (task: number, job_state: string, nodes = "") => {
  return { array_job_id: 7, array_task_id: task, array_task_string: "", job_state, state_reason: "None", nodes };
};

Deno.test("a silent controller is borne for a while; a task that nobody knows has died, with Slurm's own words", () =>
  inSlurm(async ({ folder, say, called }) => {
    await say([]);
    const place = await slurmPlace({ folder: join(folder, "slurm"), most: null, threads: 2, known: () => 900 });
    const tasks = ["a", "b"].map((name) => ({ name, command: [name], input: null, log: join(folder, `${name}.log`) }));
    await place.add(tasks);
    const look = async (): Promise<Standing[]> => [...(await place.look()).values()];
    const arrays = (): Promise<string[]> =>
      Array.fromAsync(Deno.readDir(join(folder, "slurm")), ({ name }) => join(folder, "slurm", name));
    await say([entry(0, "RUNNING", "n1"), entry(1, "PENDING")]);
    const [going, waiting] = await look();
    assertEquals([going, waiting], [{ kind: "going", where: "n1, task 7_0" }, { kind: "waiting", why: "pending" }]);
    await say(null);
    assertEquals(await look(), [going, waiting]);

    const [array] = await arrays();
    await Deno.writeTextFile(join(array, "slurm-0.txt"), "slurmstepd: error: Detected 1 oom_kill event\n");
    await Deno.writeTextFile(join(array, "ended-1"), "1\n");
    await say([entry(1, "FAILED", "n1")]);
    const [first, refused] = await look();
    assertEquals(first, { kind: "waiting", why: "Slurm does not know it any more" });
    assertEquals(refused, { kind: "ended", code: 1, why: null });
    await look();
    const [died] = await look();
    assert(died.kind === "ended" && died.code === null, Deno.inspect(died));
    assert(died.why!.startsWith("OUT_OF_MEMORY: slurmstepd: error: Detected 1 oom_kill event"), died.why!);

    await place.add([tasks[0]]); // again
    const [again] = (await arrays()).filter((one) => one !== array);
    await Deno.writeTextFile(join(again, "ended-0"), "130\n"); // it was asked to stop, and by whom is told by its state
    await say([entry(0, "PREEMPTED", "n1")]);
    assertEquals((await look())[0], { kind: "ended", code: null, why: "PREEMPTED" });
    await place.add([tasks[0]]);
    assertEquals(await called(), ["sbatch", "sbatch", "sbatch"]);
    await say([entry(0, "RUNNING", "n1")]);
    await place.stop();
    assertEquals((await called()).at(-1), "scancel");
  }));

Deno.test("a place without Slurm says where it can be had", async () => {
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nowhere");
  try {
    const open = () => slurmPlace({ folder: "x", most: null, threads: 1, known: () => null });
    await assertRejects(open, Deno.errors.NotFound, 'there is no command "sinfo" here');
  } finally {
    Deno.env.set("PATH", path);
  }
});
