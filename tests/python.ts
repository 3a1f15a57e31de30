/**
 * A Python with the libraries that read what runs leave, for tests which look at them from outside. Tests are offline:
 * `deno run -A tests/python.ts` installs it once, into the user's cache folder.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { jupyterFolder } from "../lib/cli/jupyter.ts";

/** What is installed; other lists make another folder. They ask for Python 3.11 or newer. */
const PACKAGES = [
  "numpy==2.4.6",
  "onnxruntime==1.32.0",
  "pandas==3.1.1",
  "pyarrow==26.0.1",
  "safetensors==0.8.0",
  "tensorboard==2.21.0",
];

/** The end of the name of a test that is ignored for want of it. */
export const noPython = "LEFT OUT, found no Python with pandas, pyarrow, safetensors, ONNX Runtime and TensorBoard; " +
  "deno run -A tests/python.ts installs it";

const hash = createHash("sha256").update(PACKAGES.join("\n")).digest("hex").slice(0, 12);
const folder = join(dirname(jupyterFolder()), `test-python-${hash}`);
const [programs, suffix] = Deno.build.os === "windows" ? ["Scripts", ".exe"] : ["bin", ""];
const python = join(folder, programs, `python${suffix}`);
/** Written when all of it is there. */
const READY = join(folder, "ready");

/** Path of the Python that was installed; null when there is none. */
export async function findPython(): Promise<string | null> {
  return await Deno.stat(READY).then(() => python, () => null);
}

/**
 * Runs a script, which prints JSON.
 *
 * @throws {Error} when it fails, with its last words
 */
export async function askPython<T>(script: string, args: readonly string[]): Promise<T> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-c", script, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run Python: ${decoder.decode(stderr).trim()}`);
  return JSON.parse(decoder.decode(stdout));
}

/** Makes the environment, or what a broken installation left of it anew. */
async function install(): Promise<number> {
  if (await findPython() !== null) return 0;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (
    const [program, ...args] of [
      [Deno.build.os === "windows" ? "python" : "python3", "-m", "venv", folder],
      [
        python,
        "-m",
        "pip",
        "install",
        "--progress-bar",
        "off",
        "--disable-pip-version-check",
        "--no-input",
        ...PACKAGES,
      ],
    ]
  ) {
    const { code } = await new Deno.Command(program, { args, stdin: "null" }).spawn().status;
    if (code !== 0) return code;
  }
  await Deno.writeTextFile(READY, PACKAGES.join("\n") + "\n");
  return 0;
}

if (import.meta.main) Deno.exit(await install());
