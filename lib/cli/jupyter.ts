import { join } from "node:path";
import { writeAtomic } from "../runs/atomic.ts";
import type { Progress } from "../terminal/progress.ts";

/** A Python that has JupyterLab. */
export interface Jupyter {
  readonly python: string;
  /** What Jupyter needs in its environment to find the kernel of this Deno. */
  readonly env: Readonly<Record<string, string>>;
}

/** What is installed where JupyterLab is missing, and what it takes on disk. */
const PACKAGES = ["jupyterlab>=4.4,<5", "nbconvert>=7.16,<8"];
const MEGABYTES = 240;
/** How many packages that makes, for the progress alone. */
const EXPECTED = 95;

/** Exits well where JupyterLab is new enough and notebooks can be executed. */
const PROBE = "import jupyterlab, nbconvert, nbclient; assert int(jupyterlab.__version__.split('.')[0]) >= 4";

/** The folder of the user's caches in which everything here is kept. */
export function jupyterFolder(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  const system = { darwin: join(home, "Library", "Caches"), windows: Deno.env.get("LOCALAPPDATA") };
  const caches = Deno.env.get("XDG_CACHE_HOME") ?? system[Deno.build.os as "darwin" | "windows"];
  return join(caches ?? join(home, ".cache"), "counterproof", "jupyter");
}

/** The JupyterLab that was installed here before, else one that is on this machine, with this Deno as its kernel; null without either. */
export async function findJupyter(): Promise<Jupyter | null> {
  for (const python of [ownPython(), "python3", "python"]) {
    if (await succeeds(python, ["-c", PROBE])) return { python, env: await withKernel() };
  }
  return null;
}

/**
 * Finds JupyterLab, or installs it into a virtual environment in the user's cache folder; nothing else on the machine
 * is changed.
 *
 * @throws {Deno.errors.NotFound} when there is no Python, or none that can make virtual environments
 * @throws {Error} when pip cannot install it, with the last words of pip
 */
export async function readyJupyter(progress: Progress): Promise<Jupyter> {
  const found = await findJupyter();
  if (found !== null) return found;
  const folder = jupyterFolder();
  progress.say(
    `JupyterLab is missing. Installing it into "${folder}": ${MEGABYTES} MB, once, and nothing else changes`,
  );
  await makeEnvironment(join(folder, "python"));
  await install(progress);
  if (!await succeeds(ownPython(), ["-c", PROBE])) {
    throw new Error(`Cannot use the JupyterLab in "${folder}": it does not load. Delete the folder and try again`);
  }
  return { python: ownPython(), env: await withKernel() };
}

function ownPython(): string {
  const [folder, name] = Deno.build.os === "windows" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return join(jupyterFolder(), "python", folder, name);
}

/**
 * Writes this Deno's kernel where only our Jupyter looks: `deno jupyter --install` would replace the user's own, and
 * does not heed JUPYTER_DATA_DIR. Written anew each time, since the next Deno may be another one.
 */
async function withKernel(): Promise<Record<string, string>> {
  const share = join(jupyterFolder(), "share");
  const kernel = {
    argv: [Deno.execPath(), "jupyter", "--quiet", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    env: { DENO_NO_UPDATE_CHECK: "1" },
  };
  await Deno.mkdir(join(share, "kernels", "deno"), { recursive: true });
  await writeAtomic(join(share, "kernels", "deno", "kernel.json"), JSON.stringify(kernel, null, 2));
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const others = Deno.env.get("JUPYTER_PATH");
  return { JUPYTER_PATH: others === undefined ? share : `${share}${separator}${others}` };
}

async function makeEnvironment(folder: string): Promise<void> {
  const python = await succeeds("python3", ["--version"]) ? "python3" : "python";
  if (!await succeeds(python, ["-c", "import sys; assert sys.version_info >= (3, 10)"])) {
    throw new Deno.errors.NotFound(
      'Cannot install JupyterLab: found no "python3" of version 3.10 or newer. Install Python, as with ' +
        '"apt install python3 python3-venv" or from python.org, and run the same command again',
    );
  }
  const { success, stdout, stderr } = await output(python, ["-m", "venv", folder]);
  if (success) return;
  throw new Deno.errors.NotFound(
    `Cannot install JupyterLab: this Python makes no virtual environment (${lastLine(stderr + stdout)}). ` +
      'Install what it lacks, as with "apt install python3-venv", and run the same command again',
  );
}

/** Runs pip and shows what it is at. */
async function install(progress: Progress): Promise<void> {
  const args = ["-m", "pip", "install", "--progress-bar", "off", "--disable-pip-version-check", "--no-input"];
  const child = new Deno.Command(ownPython(), {
    args: [...args, ...PACKAGES],
    env: { PYTHONUNBUFFERED: "1" }, // or its lines come in heaps
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = child.stderr.text();
  let collected = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    for (const line of text.split("\n").filter((line) => line.trim() !== "")) {
      if (/^(Collecting|Processing) /.test(line)) collected++;
      const share = line.startsWith("Installing") ? 0.9 : 0.85 * Math.min(1, collected / EXPECTED);
      // the last line names all hundred of them
      progress.update(share, 1, line.trim().replace(/ \(from .*/, "").replace(/^(Successfully installed).*/, "$1"));
    }
  }
  if ((await child.status).success) return;
  throw new Error(
    `Cannot install JupyterLab: pip says "${lastLine(await errors)}". Expected access to a Python package index; ` +
      "check the network or pip's settings and run the same command again",
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return await output(program, args).then(({ success }) => success, () => false);
}

async function output(program: string, args: readonly string[]) {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
