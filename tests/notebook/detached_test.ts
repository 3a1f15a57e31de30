/** A detached run and a real kernel: interrupted, restarted in the middle of a cell, and found again. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findJupyter } from "../../lib/cli/jupyter.ts";
import { builtAddon } from "../../lib/engine/tensorflow/installed.ts";
import { holder } from "../../lib/runs/lock.ts";
import { readRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { writeTinyWorld } from "../tiny_world.ts";

/** Executes a cell three times: interrupted, with the kernel restarted in the middle, and to its end; prints what each showed last. */
const driver = `
import json, sys
from jupyter_client.manager import KernelManager

folder, code = sys.argv[1:]
manager = KernelManager(kernel_name="deno")
manager.start_kernel(cwd=folder)
client = manager.client()
client.start_channels()

def execute(middle):
    client.wait_for_ready(timeout=60)
    asked = client.execute(code)
    told = {"shown": "", "error": None, "result": None}
    while True:
        message = client.get_iopub_msg(timeout=90)
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind in ("display_data", "update_display_data"):
            told["shown"] = content["data"]["text/plain"]
            if middle is not None and ": step " in told["shown"]:
                middle()
                if middle == restart:
                    return told
                middle = None
        if kind == "execute_result":
            told["result"] = content["data"]["text/plain"]
        if kind == "error":
            told["error"] = content["evalue"] + "\\n".join(content["traceback"])
        if kind == "status" and content["execution_state"] == "idle":
            return told

def restart():
    manager.restart_kernel(now=True)

try:
    print(json.dumps([execute(middle) for middle in (manager.interrupt_kernel, restart, None)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
`;

/** What an execution of the cell left behind. */
interface Execution {
  readonly shown: string;
  readonly error: string | null;
  readonly result: string | null;
}

const jupyter = await findJupyter();
const backend = builtAddon() === null ? "wasm" : "tensorflow";
/** Long enough to be there still when the kernel is back: ten seconds on a quiet machine. */
const EPOCHS = 300;

Deno.test({
  name: jupyter === null
    ? "a notebook and its detached run: LEFT OUT, found no JupyterLab; deno task notebook --setup installs it"
    : `on ${backend} a notebook's detached run outlives the interrupt of its cell and a restart of the kernel in the ` +
      "middle of it, and the cell finds it again",
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
        const definition = tinyDual({ epochs: ${EPOCHS} });
        (await run(definition, { data: "../data", backend: "${backend}", threads: 1, detached: true })).id`;
      try {
        const { stdout, stderr, success } = await new Deno.Command(jupyter!.python, {
          args: ["-c", driver, notebooks, code],
          env: { ...jupyter!.env },
        }).output();
        assert(success, new TextDecoder().decode(stderr));
        const [first, second, third] = JSON.parse(new TextDecoder().decode(stdout)) as Execution[];
        const left = /goes on without being watched, in process (\d+) on .* deno task stop ([0-9a-f]{12}) ends it/.exec(
          first.error ?? "",
        );
        assert(left !== null, Deno.inspect(first));
        const steps = 3 * EPOCHS;
        assert(new RegExp(`^tiny dual: left after step \\d+ of ${steps}`).test(first.shown), first.shown);
        assert(new RegExp(`^tiny dual: step \\d+ of ${steps}`).test(second.shown), second.shown);
        assertEquals([second.error, third.error], [null, null]);
        assert(third.shown.startsWith(`tiny dual: done, ${steps} steps in`), third.shown);
        const [run] = await runsIn(notebooks);
        const log = await Deno.readTextFile(join(run, "run.log"));
        assertEquals(log.match(/process \d+ runs/g), [`process ${left[1]} runs`]);
        const record = await readRecord(run);
        assertEquals([record.steps.length, record.environment.backend], [steps, backend]);
        assert(third.result?.includes(record.id) && record.id.startsWith(left[2]), Deno.inspect(third));
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
