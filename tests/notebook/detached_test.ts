/** A detached run and a real kernel: interrupted, restarted, and found again. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findJupyter } from "../../lib/cli/jupyter.ts";
import { holder } from "../../lib/runs/lock.ts";
import { readRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { writeTinyWorld } from "../tiny_world.ts";

/** Executes a cell, interrupts it, restarts the kernel and executes it again; prints what each execution showed last. */
const driver = `
import json, sys
from jupyter_client.manager import KernelManager

folder, code = sys.argv[1:]
manager = KernelManager(kernel_name="deno")
manager.start_kernel(cwd=folder)
client = manager.client()
client.start_channels()

def execute(interrupt):
    client.wait_for_ready(timeout=60)
    asked = client.execute(code)
    shown, error = "", None
    while True:
        message = client.get_iopub_msg(timeout=90)
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind in ("display_data", "update_display_data"):
            shown = content["data"]["text/plain"]
            if interrupt and ": step " in shown:
                manager.interrupt_kernel()
                interrupt = False
        if kind == "error":
            error = content["evalue"] + "\\n".join(content["traceback"])
        if kind == "status" and content["execution_state"] == "idle":
            return {"shown": shown, "error": error}

try:
    first = execute(True)
    manager.restart_kernel(now=True)
    print(json.dumps([first, execute(False)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
`;

const jupyter = await findJupyter();

Deno.test({
  name: jupyter === null
    ? "a notebook and its detached run: LEFT OUT, found no JupyterLab; deno task notebook --setup installs it"
    : "a notebook's detached run goes on when its cell is interrupted and its kernel restarted, and the cell finds it again",
  ignore: jupyter === null,
  fn: async () => {
    await inFolder(async (folder) => {
      for (const name of ["mod.ts", "lib", "tests", "deno.json", "deno.lock"]) {
        await Deno.symlink(fileURLToPath(new URL(`../../${name}`, import.meta.url)), join(folder, name));
      }
      await writeTinyWorld(join(folder, "data"));
      const notebooks = join(folder, "notebooks");
      await Deno.mkdir(notebooks);
      const code = `import { run } from "../mod.ts";
        import { tinyDual } from "../tests/tiny_world.ts";
        await run(tinyDual({ epochs: 80 }), { data: "../data", backend: "wasm", threads: 1, detached: true });`;
      try {
        const { stdout, stderr, success } = await new Deno.Command(jupyter!.python, {
          args: ["-c", driver, notebooks, code],
          env: { ...jupyter!.env },
        }).output();
        assert(success, new TextDecoder().decode(stderr));
        const [first, second] = JSON.parse(new TextDecoder().decode(stdout));
        const left = /goes on without being watched, in process (\d+) on .* deno task stop [0-9a-f]{12} ends it/.exec(
          first.error,
        );
        assert(left !== null, Deno.inspect(first));
        assert(/^tiny dual: left after step \d+ of 240/.test(first.shown), first.shown);
        assertEquals(second.error, null);
        assert(/^tiny dual: done, 240 steps in/.test(second.shown), second.shown);
        const [run] = await runsIn(notebooks);
        const log = await Deno.readTextFile(join(run, "run.log"));
        assertEquals(log.match(/process \d+ runs/g), [`process ${left[1]} runs`]);
        assertEquals((await readRecord(run)).steps.length, 240);
      } finally {
        for (const run of await runsIn(notebooks)) {
          const held = await holder(run);
          if (held !== null) Deno.kill(held.pid, "SIGKILL");
        }
      }
    });
  },
});

/** Folders of the runs that the notebooks of a folder made. */
async function runsIn(notebooks: string): Promise<string[]> {
  const runs = join(notebooks, "runs");
  const entries = await Array.fromAsync(Deno.readDir(runs)).catch(() => []);
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => join(runs, name));
}
