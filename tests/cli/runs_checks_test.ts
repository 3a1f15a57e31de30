import { TASK } from "../../lib/cli/print.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runsChecks } from "../../lib/cli/runs_checks.ts";
import { lockRun } from "../../lib/runs/lock.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** What a check of the runs folder says. */
async function says(runs: string, wanted: string): Promise<string> {
  return await runsChecks(runs).find(([name]) => name === wanted)![2]();
}

Deno.test("a runs folder is written to, locked against a second process, and left as it was", () =>
  inFolder(async (folder) => {
    const runs = join(folder, "runs");
    assert((await says(runs, "runs folder")).endsWith("can be written"));
    assert((await says(runs, "locks")).startsWith("a second process is refused"));
    assert(/^[\d.]+ [GT]B free; a file is on the disk after [\d.]+ ms/.test(await says(runs, "disk")));
    assertEquals(await says(runs, "stored runs"), "none yet");
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  }));

Deno.test("the program that tries a lock says who has it, and takes it only for a moment", () =>
  inFolder(async (folder) => {
    const program = fileURLToPath(new URL("../../lib/cli/try_lock.ts", import.meta.url));
    const tried = async (): Promise<string> => {
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", program, folder] }).output();
      return new TextDecoder().decode(stdout);
    };
    {
      using _ = await lockRun(folder);
      assertEquals(await tried(), `held by ${Deno.pid}`);
    }
    assertEquals(await tried(), "free");
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("stored runs are counted by how they stand, and broken records are named", () =>
  inFolder(async (runs) => {
    const write = (name: string, id: string, status: "done" | "running") =>
      writeRecord(runFolder(runs, { name, id: id.repeat(64) }), exampleRecord({ id: id.repeat(64), status }));
    await write("a", "a", "done");
    await write("b", "b", "done");
    await write("c", "c", "running");
    assertEquals(
      await says(runs, "stored runs"),
      "2 done, 1 interrupted; what was interrupted goes on when it is run again",
    );
    await Deno.writeTextFile(join(runs, `b-${"b".repeat(12)}`, "record.json"), "{");
    const refused = 'of 3 runs the records of 1 cannot be read: "b-bbbbbbbbbbbb"';
    await assertRejects(() => says(runs, "stored runs"), Error, refused);
    const { code, out } = await counterproof(["doctor", "--backend", "cpu", "--runs", runs]);
    assertEquals(code, 1);
    assert(out.includes(`not  stored runs: ${refused}`) && out.includes(`${TASK} list tells what is wrong`), out);
  }));

Deno.test("doctor tries nothing more in a runs folder that cannot be written", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "kept");
    const { code, out } = await counterproof(["doctor", "--backend", "cpu", "--runs", file]);
    assertEquals([code, out.split("\n").filter((line) => line.startsWith("not")).length], [1, 1]);
    assert(out.includes("it is a file") && !out.includes("locks:"), out);
    assertEquals(await Deno.readTextFile(file), "kept");
  }));
