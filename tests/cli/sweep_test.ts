import { TASK } from "../../lib/cli/print.ts";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { holder } from "../../lib/runs/lock.ts";
import { folders, readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { writeTinyWorld } from "../tiny_world.ts";
import { counterproof } from "./command_line.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Writes the tiny world and a file of definitions, and runs the body with the words of a sweep of them. */
function inWorld(body: (at: { readonly runs: string; readonly args: (name: string) => string[] }) => Promise<void>) {
  return inFolder(async (folder) => {
    await writeTinyWorld(folder);
    const [file, runs] = [join(folder, "sweep.ts"), join(folder, "runs")];
    await Deno.writeTextFile(
      file,
      `import { derive, grid } from "${root}mod.ts";
import { tinyDual } from "${root}tests/tiny_world.ts";
const family = ({ rate = 1e-2, epochs = 2 } = {}) => derive(tinyDual({ epochs }), { name: "tiny", optimizer: { rate } });
export const some = grid(family, { rate: [1e-2, 1e-3] });
export const bad = [family(), derive(family({ rate: 1e30 }), { name: "wild" })];
export const endless = [family({ epochs: 10000 })];
`,
    );
    const options = ["--data", folder, "--runs", runs, "--backend", "wasm", "--checkpoint-seconds", "0"];
    await body({ runs, args: (name) => ["sweep", file, name, ...options] });
  });
}

Deno.test("sweep runs all that a file defines and compares it; a run that fails is told, and ends it with 1", () =>
  inWorld(async ({ args }) => {
    const { code, out, err } = await counterproof([...args("some"), "--on", "local:2", "--json"]);
    assertEquals(code, 0, err);
    const lines = out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ kind }) => kind), ["ended", "ended", "done"]);
    assertEquals(lines[2].rows.map((row: { status: string }) => row.status), ["done", "done"]);

    const again = await counterproof([...args("bad"), "--on", "local:2"]);
    assertEquals(again.code, 1);
    assert(again.out.includes("tiny") && /wild, seed 1 failed: .*is not finite/.test(again.out), again.out);
  }));

Deno.test("Ctrl-C stops a sweep and keeps its checkpoints; where it is killed, its runs stop by themselves", () =>
  inWorld(async ({ runs, args }) => {
    const epochs = async (): Promise<number> => {
      const [folder] = await folders(runs);
      const header = folder === undefined ? null : await readHeader(folder).catch(() => null);
      return header === null || await holder(folder) === null ? 0 : header.history.length;
    };
    let before = 0;
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const main = join(root, "lib/cli/main.ts");
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", main, ...args("endless")],
        ...{ stdin: "null", stdout: "null", stderr: "piped" },
        env: { NO_COLOR: "1" },
      }).spawn();
      while (await epochs() <= before) await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill(signal);
      const [{ code }, err] = await Promise.all([child.status, new Response(child.stderr).text()]);
      if (signal === "SIGINT") {
        assertEquals(code, 130, err);
        assert(err.includes("Every run keeps its checkpoint") && err.includes(`go on with: ${TASK} sweep`), err);
      }
      const [folder] = await folders(runs);
      while (await holder(folder) !== null) await new Promise((resolve) => setTimeout(resolve, 50));
      const { status, history } = await readHeader(folder);
      assertEquals([status, history.length > before], ["stopped", true]);
      before = history.length;
    }
  }));

Deno.test("sweep refuses places that are none, and options without what they belong to", async () => {
  for (
    const [words, told] of [
      [["--on", "moon"], 'Cannot read "--on moon": expected local or slurm'],
      [["--first", "2"], 'Cannot read "--first" without --halve'],
      [["--halve", "--factor", "1"], "expected a whole number from 2"],
    ] as const
  ) {
    const { code, err } = await counterproof(["sweep", "x.ts", ...words]);
    assertEquals(code, 2);
    assert(err.includes(told), err);
  }
});
