import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findJupyter } from "../../lib/cli/jupyter.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** Sets up Jupyter where this is all there is of Python: a shell script under that name, or nothing. */
async function setUp(folder: string, script: string | null): Promise<{ code: number; err: string }> {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" });
  const { denoDir } = JSON.parse(new TextDecoder().decode((await info.output()).stdout));
  if (script !== null) await Deno.writeTextFile(join(folder, "python3"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return await counterproof(["notebook", "--setup"], {
    env: { PATH: folder, XDG_CACHE_HOME: join(folder, "caches"), DENO_DIR: denoDir },
  });
}

Deno.test("a machine without Python is told what to install", async () => {
  await inFolder(async (folder) => {
    const { code, err } = await setUp(folder, null);
    assertEquals(code, 1, err);
    assert(err.includes('found no "python3" of version 3.10 or newer'), err);
    assert(err.includes("apt install python3 python3-venv") && !err.includes("\n    at "), err);
  });
});

Deno.test("a Python without its venv module is told what it lacks", async () => {
  await inFolder(async (folder) => {
    const { code, err } = await setUp(
      folder,
      'case "$*" in *jupyterlab*) exit 1;; *venv*) echo "ensurepip is not available"; exit 1;; esac',
    );
    assertEquals(code, 1, err);
    assert(err.includes("makes no virtual environment (ensurepip is not available)"), err);
    assert(err.includes("apt install python3-venv"), err);
  });
});

Deno.test("what pip cannot install is told in its words, after where it was to go", async () => {
  await inFolder(async (folder) => {
    const { code, err } = await setUp(
      folder,
      [
        'case "$*" in',
        '*pip*) echo "Collecting jupyterlab"; echo "ERROR: no matching distribution" >&2; exit 1;;',
        "*jupyterlab*) exit 1;;",
        '*venv*) /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python";;',
        "esac",
      ].join("\n"),
    );
    assertEquals(code, 1, err);
    assert(err.includes(`Installing it into "${join(folder, "caches", "counterproof", "jupyter")}": 240 MB`), err);
    assert(err.includes('pip says "ERROR: no matching distribution"'), err);
  });
});

Deno.test("what is no notebook is refused, and so are several where one can be opened", async () => {
  await inFolder(async (folder) => {
    const text = join(folder, "a.txt");
    await Deno.writeTextFile(text, "");
    const cases: [string[], number, string][] = [
      [[join(folder, "gone.ipynb")], 1, "there is no such file"],
      [["--execute", text], 1, "it is no notebook"],
      [["--port", "0"], 2, '"--port 0": expected a whole number from 1'],
      [["notebooks/01_first_run.ipynb", "notebooks/01_first_run.ipynb"], 2, "Cannot open 2 notebooks: expected one"],
    ];
    for (const [args, expected, part] of cases) {
      const { code, err } = await counterproof(["notebook", ...args]);
      assertEquals([args, code], [args, expected]);
      assert(err.includes(part), err);
    }
  });
});

const jupyter = await findJupyter();

Deno.test({
  name: jupyter === null
    ? "JupyterLab: LEFT OUT, found none; deno task notebook --setup installs it"
    : "JupyterLab starts with this Deno as kernel, and Ctrl-C ends it and its kernels",
  ignore: jupyter === null,
  fn: async () => {
    const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, "notebook", "--no-browser", "--port", "18888"],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const out = child.stdout.text();
    const err = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    try {
      const address = await addressIn(err);
      const { kernelspecs } = await ask(address, "/api/kernelspecs");
      assertEquals(kernelspecs.deno.spec.argv[0], Deno.execPath());
      await ask(address, "/api/kernels", { method: "POST", body: JSON.stringify({ name: "deno" }) });
    } finally {
      child.kill("SIGINT");
    }
    // a kernel that lived on would hold it open
    while (!(await err.read()).done);
    assertEquals((await child.status).code, 0);
    assert((await out).includes("JupyterLab has ended"), await out);
  },
});

/** Where JupyterLab says that it is. */
async function addressIn(log: ReadableStreamDefaultReader<string>): Promise<URL> {
  for (let text = "";;) {
    const found = /http:\/\/127\.0\.0\.1:\d+\/\S+token=\w+(?=\s)/.exec(text);
    if (found !== null) return new URL(found[0]);
    const { done, value } = await log.read();
    assert(!done, `it ended: ${text}`);
    text += value;
  }
}

/** What Jupyter answers; it tells its address before it listens there. */
async function ask(address: URL, path: string, init: RequestInit = {}) {
  for (let left = 50;; left--) {
    try {
      return await (await fetch(new URL(`${path}${address.search}`, address), init)).json();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
