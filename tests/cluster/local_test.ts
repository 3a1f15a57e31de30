import { join } from "node:path";
import { localPlace } from "../../lib/cluster/local.ts";
import { type Standing, type Task, whereOf } from "../../lib/cluster/place.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

const shell = (folder: string, name: string, text: string, input: string | null = null): Task => {
  return { name, command: ["sh", "-c", text], input, log: join(folder, `${name}.log`) };
};
const how = { most: 2, threads: null, known: () => null, tasks: 9, onGpus: false, settled: () => true, megabytes: 1e6 };

/** Looks until it holds; the standings then, in the order of the tasks. */
async function until(place: ReturnType<typeof localPlace>, tasks: readonly Task[], holds: (of: Standing[]) => boolean) {
  for (;;) {
    const all = await place.look();
    const standings = tasks.map((task) => all.get(task)!);
    if (holds(standings)) return standings;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const kinds = (of: readonly Standing[]) => of.map(({ kind }) => kind);

Deno.test("as many processes go at a time as there is room for, each told how it ended, its words in its log", () =>
  inFolder(async (folder) => {
    const tasks = ["0", "3", "0"].map((code, i) =>
      shell(folder, `t${i}`, `read x; sleep 0.3; echo "$x"; exit ${code}`, `word ${i}\n`)
    );
    await using place = localPlace(how);
    assertEquals(place.threads, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)));
    await place.add(tasks);
    const first = await place.look();
    assertEquals(first.get(tasks[2]), { kind: "waiting", why: "cores" });
    const ended = await until(place, tasks, (of) => of.every(({ kind }) => kind === "ended"));
    assertEquals(ended.map((one) => one.kind === "ended" && one.code), [0, 3, 0]);
    assertEquals(await Deno.readTextFile(tasks[1].log), "word 1\n");
    await place.add([tasks[0]]); // again
    await until(place, [tasks[0]], ([one]) => one.kind === "ended");
    assertEquals(await Deno.readTextFile(tasks[0].log), "word 0\nword 0\n");
  }));

Deno.test("the first goes alone until it is known what it takes; then memory decides how many go", () =>
  inFolder(async (folder) => {
    const tasks = [0, 1, 2].map((i) => shell(folder, `t${i}`, "sleep 60"));
    let settled = false;
    const place = localPlace({ ...how, most: 3, settled: () => settled });
    await place.add(tasks);
    await place.look();
    assertEquals(kinds([...(await place.look()).values()]).sort(), ["going", "waiting", "waiting"]);
    assertEquals((await place.look()).get(tasks[1]), { kind: "waiting", why: "the memory of the first" });
    settled = true;
    assertEquals(kinds(await until(place, tasks, (of) => of.every(({ kind }) => kind === "going"))).length, 3);
    await place.stop();

    await using narrow = localPlace({ ...how, most: 3, megabytes: 250, known: () => 100 });
    await narrow.add(tasks);
    await narrow.look();
    assertEquals((await narrow.look()).get(tasks[2]), { kind: "waiting", why: "memory" });
  }));

Deno.test("after a process that was killed, as where memory is full, one fewer goes at a time", () =>
  inFolder(async (folder) => {
    const tasks = [shell(folder, "killed", "kill -9 $$"), ...[1, 2].map((i) => shell(folder, `t${i}`, "sleep 60"))];
    await using place = localPlace(how);
    await place.add(tasks);
    const [killed] = await until(place, tasks, ([one]) => one.kind === "ended");
    assertEquals(killed, { kind: "ended", code: null, why: "SIGKILL" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(kinds([...(await place.look()).values()]).filter((kind) => kind === "going").length, 1);
  }));

Deno.test("stop() asks all to stop and waits for their ends", () =>
  inFolder(async (folder) => {
    const task = shell(
      folder,
      "slow",
      "trap 'sleep 0.2; echo kept; exit 130' TERM; echo on; while :; do sleep 0.01; done",
    );
    const place = localPlace(how);
    await place.add([task]);
    await place.look();
    while (!await Deno.readTextFile(task.log).then((text) => text !== "", () => false)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await place.stop();
    assertEquals(await Deno.readTextFile(task.log), "on\nkept\n");
    assertEquals((await place.look()).get(task), { kind: "ended", code: 130, why: null });
  }));

Deno.test("processes share the graphics cards that there are", () =>
  inFolder(async (folder) => {
    const before = Deno.env.get("CUDA_VISIBLE_DEVICES");
    Deno.env.set("CUDA_VISIBLE_DEVICES", "4,6");
    try {
      const tasks = [0, 1].map((i) => shell(folder, `t${i}`, 'echo "$CUDA_VISIBLE_DEVICES"; sleep 0.2'));
      await using place = localPlace({ ...how, most: null, onGpus: true });
      await place.add(tasks);
      await until(place, tasks, (of) => of.every(({ kind }) => kind === "ended"));
      assertEquals(await Promise.all(tasks.map(({ log }) => Deno.readTextFile(log))), ["4\n", "6\n"]);
    } finally {
      if (before === undefined) Deno.env.delete("CUDA_VISIBLE_DEVICES");
      else Deno.env.set("CUDA_VISIBLE_DEVICES", before);
    }
  }));

Deno.test("whereOf() reads a place and how many go there", () => {
  assertEquals([whereOf("local"), whereOf("slurm:64")], [
    { kind: "local", most: null },
    { kind: "slurm", most: 64 },
  ]);
  for (const typed of ["", "local:", "local:0", "slurm:x", "Local"]) {
    assert(assertThrows(() => whereOf(typed), RangeError).message.includes("expected local or slurm"));
  }
});
