import { basename, dirname, join } from "node:path";
import { progress } from "../terminal/progress.ts";
import { duration } from "../report/numbers.ts";
import { type Command, UsageError, wholeNumber } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { executeNotebook } from "./execute.ts";
import { interruptible } from "./interrupt.ts";
import { type Jupyter, readyJupyter } from "./jupyter.ts";
import { ROOT, shown, userPath } from "./places.ts";
import { print } from "./print.ts";

/** What a notebook may import, and what draws its figures. */
const ENTRIES = ["mod.ts", "experiments/pocket.ts", "lib/notebook/picture.ts"];

/** Opens the notebooks in JupyterLab, or executes them. */
export const notebook: Command = {
  summary: "opens the notebooks in JupyterLab",
  help: `deno task notebook [FILE] [OPTIONS]
deno task notebook --execute [FILE…]

Opens the folder of notebooks, or one of them, in JupyterLab with this Deno as its kernel. Where JupyterLab is missing,
it is installed once into a virtual environment in the user's cache folder (240 MB); neither the system's Python nor
other kernels are touched. Ctrl-C ends it.

  --execute      run notebooks from top to bottom in a fresh kernel instead and write their outputs into them;
                 default: all of them. A cell that fails is shown, and its notebook stays as it was
  --setup        only install what is missing
  --port N       port of JupyterLab; default: 8888 or the next free one
  --no-browser   open no browser, only tell the address

Examples:
  deno task notebook
  deno task notebook notebooks/01_first_run.ipynb --no-browser
  deno task notebook --execute`,
  values: ["port"],
  flags: ["execute", "setup", "no-browser"],
  operands: [0, Infinity],
  async run(given) {
    const port = wholeNumber(given, "port", [1, 65535]);
    const files = await notebookFiles(given.operands);
    if (files.length > 1 && !given.flags.execute) {
      throw new UsageError(
        `Cannot open ${files.length} notebooks: expected one. Open the others in JupyterLab, or execute them all with ` +
          "deno task notebook --execute",
      );
    }
    using bar = progress();
    bar.say(downloadLine(await download(ENTRIES, bar)));
    const jupyter = await readyJupyter(bar);
    bar[Symbol.dispose]();
    if (given.flags.setup) {
      print(`JupyterLab and the kernel are ready; open them with: deno task notebook`);
      return 0;
    }
    if (!given.flags.execute) {
      return await serve(jupyter, { file: files[0], port, browser: !given.flags["no-browser"] });
    }
    return await interruptible(
      (signal) => executeAll(jupyter, { files: files.length === 0 ? undefined : files, signal }),
      { kept: "Notebooks that were not finished stay as they were", progress: bar },
    );
  },
};

async function executeAll(
  jupyter: Jupyter,
  { files, signal }: { readonly files?: readonly string[]; readonly signal: AbortSignal },
): Promise<number> {
  for (const file of files ?? await allNotebooks()) {
    const began = performance.now();
    print(`${shown(file)}: executing …`);
    await executeNotebook(jupyter, { file, signal });
    print(`${shown(file)}: done in ${duration((performance.now() - began) / 1000)}`);
  }
  return 0;
}

async function allNotebooks(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, "notebooks")));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".ipynb")).sort()
    .map((name) => join(ROOT, "notebooks", name));
}

/** @throws {Deno.errors.NotFound} when one of them is no notebook */
async function notebookFiles(operands: readonly string[]): Promise<string[]> {
  const files = operands.map(userPath);
  for (const [i, file] of files.entries()) {
    const there = await Deno.stat(file).then((info) => info.isFile, () => false);
    if (there && file.endsWith(".ipynb")) continue;
    throw new Deno.errors.NotFound(
      `Cannot open "${operands[i]}": ${there ? "it is no notebook" : "there is no such file"}. ` +
        "Expected a file that ends in .ipynb, as notebooks/01_first_run.ipynb does",
    );
  }
  return files;
}

/** Runs JupyterLab until it is told to end, by Ctrl-C or in its own menu. */
async function serve(
  { python, env }: Jupyter,
  { file, port, browser }: { readonly file?: string; readonly port: number | null; readonly browser: boolean },
): Promise<number> {
  const folder = file === undefined ? join(ROOT, "notebooks") : dirname(file);
  const child = new Deno.Command(python, {
    args: [
      ...["-m", "jupyterlab", `--ServerApp.root_dir=${folder}`],
      // of what it logs, only the address is of use
      "--ServerApp.log_level=ERROR",
      ...(file === undefined ? [] : [`--LabApp.default_url=/lab/tree/${encodeURIComponent(basename(file))}`]),
      ...(port === null ? [] : [`--port=${port}`]),
      ...(browser ? [] : ["--no-browser"]),
      ...(Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : []), // as in a container
    ],
    env: { ...env },
    stdin: "null",
    detached: true, // in a group of its own, which Ctrl-C does not reach
  }).spawn();
  print("Starting JupyterLab; Ctrl-C ends it");
  let asked = false;
  const stop = (): void => {
    child.kill(asked ? "SIGKILL" : "SIGTERM"); // after SIGINT its kernels lived on
    asked = true;
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  const { code } = await child.status;
  for (const signal of signals) Deno.removeSignalListener(signal, stop);
  if (asked) print("\nJupyterLab has ended; notebooks are kept as they were saved");
  return asked ? 0 : code;
}
