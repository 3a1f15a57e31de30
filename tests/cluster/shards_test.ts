/** Shards of reconstructions, each in a process of its own: here, and as tasks of a real Slurm. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { carryShards } from "../../lib/cluster/shards.ts";
import { localPlace } from "../../lib/cluster/local.ts";
import { assert, assertEquals } from "../assert.ts";
import { counterproof } from "../cli/command_line.ts";
import { writeMakingWorld } from "../making_world.ts";
import { inFolder } from "../runs/example.ts";
import { startSlurm, whyNoSlurm } from "./slurm_cluster.ts";

const pipeline = fileURLToPath(new URL("../golden/pipelines/tiny-sd", import.meta.url));

/** Makes all of a few pictures in two shards, and again. */
function madeOn(where: string): Promise<void> {
  return inFolder(async (folder) => {
    await writeMakingWorld(folder);
    const given = ["--data", folder, "--method", "vae", "--pipeline", pipeline, "--artifacts", join(folder, "made")];
    const args = ["reconstruct", ...given, "--threads", "1", "--on", where, "--memory", "2000"];
    for (const [found, made] of [[0, 24], [24, 0]]) {
      const { code, out, err } = await counterproof([...args, "--json"]);
      assertEquals(code, 0, err + out);
      const { made: [report] } = JSON.parse(out);
      assertEquals([report.total, report.found, report.made, report.shard], [24, found, made, { index: 1, of: 1 }]);
    }
    const names = (await Array.fromAsync(Deno.readDir(join(folder, "made")))).map(({ name }) => name);
    assertEquals(names.filter((name) => name.startsWith("vae-")).length, 1);
  });
}

Deno.test("reconstruct --on local:2 makes both shards side by side, and finds them again", () => madeOn("local:2"));

const why = whyNoSlurm();
Deno.test({
  name: `reconstruct --on slurm:2 makes them as tasks of a job array${why === null ? "" : ` (left out: ${why})`}`,
  ignore: why !== null,
  fn: async () => {
    await using _ = await startSlurm();
    await madeOn("slurm:2");
  },
});

Deno.test("reconstruct --on refuses what is no number of shards, and a shard beside it", async () => {
  for (
    const [words, told] of [[["--on", "local"], "expected local:N or slurm:N"], [
      ["--on", "local:2", "--shard", "1/2"],
      "Leave one out",
    ]] as const
  ) {
    const { code, err } = await counterproof([
      "reconstruct",
      "--data",
      "x",
      "--method",
      "vae",
      "--pipeline",
      "y",
      ...words,
    ]);
    assertEquals(code, 2);
    assert(err.includes(told), err);
  }
});

Deno.test("a shard whose process dies is begun again, one that says why it failed is not", () =>
  inFolder(async (folder) => {
    const once = `if [ -e ${folder}/seen ]; then echo well; else touch ${folder}/seen; kill -9 $$; fi`;
    const shell = (name: string, text: string) => {
      return { name, command: ["sh", "-c", text], input: null, log: join(folder, `${name}.log`) };
    };
    const tasks = [
      shell("once", once),
      shell("always", "echo again; kill -9 $$"),
      shell("refused", "echo why; exit 1"),
    ];
    const how = { most: 3, threads: 1, known: () => null, tasks: 3, onGpus: false, settled: () => true };
    await using place = localPlace(how);
    const work = carryShards(tasks, { place, tries: 2 });
    let last = await work.next();
    while (!last.done) last = await work.next();
    assertEquals(last.value.map(({ standing, words }) => [standing.kind === "ended" && standing.code, words]), [
      [0, "well"],
      [null, "again"],
      [1, "why"],
    ]);
    assertEquals((await Deno.readTextFile(join(folder, "always.log"))).split("\n").length, 3);
  }));
