import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADDON, FLAGS, installation, isSupported, sourceFolder, type Unit, UNITS } from "./installed.ts";
import type { SelfTest } from "./self_test.ts";
import { type Build, bytesOf, type Wheel, wheels } from "./wheels.ts";

/** How a build is followed and stopped. */
export interface BuildOptions {
  /** Told what is going on. Megabytes while something is downloaded, otherwise 0 of 0. */
  readonly tell: (text: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Default: "cpu". */
  readonly build?: Build;
}

/** A build that passed its self-test. */
export interface Built extends SelfTest {
  /** Folder of the addon. */
  readonly folder: string;
  /** False when it stood there already. */
  readonly fresh: boolean;
}

/** Begins the name of a folder that is being made; nothing in it counts. */
const UNFINISHED = ".unfinished-";

/**
 * Builds TensorFlow's backend for this machine, in the user's cache folder: libraries from the pinned wheels,
 * TensorFlow.js's addon from its sources. What is there already is used, and tested again.
 *
 * Everything is made in a folder beside and renamed when it works, so that a build killed halfway leaves nothing that
 * counts; the next build clears away what it left.
 *
 * @throws {Error} on another system than Linux x86-64, when tools are missing, when a download is not the pinned
 * file, and when the compiler or the self-test fails
 */
export async function buildAddon({ tell, signal, build = "cpu" }: BuildOptions): Promise<Built> {
  if (!isSupported()) {
    throw new Error(
      `Cannot build the tensorflow backend on ${Deno.build.os} ${Deno.build.arch}: its libraries are made for ` +
        "Linux x86-64. Everything works on wasm, which needs no building",
    );
  }
  const { folder, libraries, addon } = installation(build);
  const file = join(addon, ADDON);
  if (await exists(file) && await exists(libraries)) {
    tell("testing what is there", 0, 0);
    return { ...await testAddon(file, build, signal), folder: addon, fresh: false };
  }
  await checkTools();
  await Deno.mkdir(folder, { recursive: true });
  await clearUnfinished(folder);
  if (!await exists(libraries)) {
    await makeWhole(libraries, async (work) => {
      // one by one, so that no more than the largest lies there twice
      let before = 0;
      for (const wheel of wheels[build]) {
        const file = await download(wheel, { tell, signal, build, folder: join(work, "wheel"), before });
        tell(`unpacking ${wheel.package}`, 0, 0);
        await unpack(file, { into: work, signal });
        await Deno.remove(dirname(file), { recursive: true });
        before += wheel.bytes;
      }
    });
  }
  let found: SelfTest;
  await makeWhole(addon, async (work) => {
    tell("compiling the addon", 0, 0);
    await compile(join(work, ADDON), libraries, signal);
    tell("testing the addon", 0, 0);
    found = await testAddon(join(work, ADDON), build, signal);
  });
  return { ...found!, folder: addon, fresh: true };
}

/** Fills a folder under another name beside it, and gives it its own when all is done. */
async function makeWhole(folder: string, fill: (work: string) => Promise<void>): Promise<void> {
  const work = await Deno.makeTempDir({ dir: dirname(folder), prefix: `${UNFINISHED}${Deno.pid}-` });
  try {
    await fill(work);
    await Deno.rename(work, folder).catch(async (error) => {
      // what another process has made meanwhile is as good
      if (!await exists(folder)) throw error;
    });
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {}); // there is none when all went well
  }
}

async function checkTools(): Promise<void> {
  const missing: { tool: string; from: string }[] = [];
  const tools: readonly [tool: string, from: string, command: readonly string[]][] = [
    ["python3 with pip", "python3-pip", ["python3", "-m", "pip", "--version"]],
    ["g++", "g++", ["g++", "--version"]],
  ];
  for (const [tool, from, command] of tools) if (!await answers(command)) missing.push({ tool, from });
  if (missing.length === 0) return;
  throw new Error(
    `Cannot build the tensorflow backend: ${
      missing.map(({ tool }) => tool).join(" and ")
    } not found, expected in PATH. ` +
      `Install with: apt-get install ${missing.map(({ from }) => from).join(" ")} (Debian's names). ` +
      "Until then everything works on wasm",
  );
}

async function answers([program, ...args]: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * A pinned wheel, checked; pip knows the mirrors and proxies that the user has set up.
 *
 * @param options `folder` to make and download into; `before`: bytes of the build's wheels that are done
 */
async function download(
  wheel: Wheel,
  { tell, signal, build, folder, before }: Required<Omit<BuildOptions, "signal">> & {
    readonly signal?: AbortSignal;
    readonly folder: string;
    readonly before: number;
  },
): Promise<string> {
  await Deno.mkdir(folder);
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
  const total = megabytes(bytesOf(build));
  let outcome: { readonly error?: unknown } | null = null;
  const pip = succeed([
    ..."python3 -m pip download --quiet --no-deps --no-cache-dir --only-binary=:all:".split(" "),
    // the same file whatever Python is here
    ..."--python-version 3.11 --implementation cp --abi cp311 --abi none".split(" "),
    ...["manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"].flatMap((
      name,
    ) => ["--platform", name]),
    ...["--dest", folder, `${wheel.package}==${wheel.version}`],
  ], {
    what: `download ${wheel.package} ${wheel.version}`,
    signal,
    // pip writes what it has so far where temporary files go
    env: { TMPDIR: folder, PIP_REQUIRE_VIRTUALENV: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" },
  }).then(() => outcome = {}, (error) => outcome = { error });
  while (outcome === null) {
    const done = megabytes(before + Math.min(wheel.bytes, await sizeOf(folder)));
    tell(`downloading ${wheel.package} ${wheel.version}, ${done} of ${total} MB`, done, total);
    await Promise.race([pip, new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  const { error } = await pip as { readonly error?: unknown };
  if (error !== undefined) throw error;
  const file = join(folder, wheel.file);
  tell(`checking ${wheel.package}`, 0, 0);
  await checkHash(file, wheel);
  return file;
}

async function checkHash(file: string, wheel: Wheel): Promise<void> {
  const hash = createHash("sha256");
  try {
    using opened = await Deno.open(file);
    for await (const chunk of opened.readable) hash.update(chunk);
  } catch (cause) {
    throw new Error(`Cannot read the download of pip: expected "${wheel.file}", ${(cause as Error).message}`, {
      cause,
    });
  }
  const found = hash.digest("hex");
  if (found === wheel.sha256) return;
  throw new Error(
    `Cannot use the download "${wheel.file}": its SHA-256 is ${found}, expected ${wheel.sha256}. ` +
      "Run the same command again; if it stays so, the mirror that pip uses has another file under this name",
  );
}

/**
 * Libraries, the headers that the addon includes, and of NVIDIA's packages all but headers. Python is here for pip, so
 * that no unzip is needed.
 */
async function unpack(
  wheel: string,
  { into, signal }: { readonly into: string; readonly signal?: AbortSignal },
): Promise<void> {
  // what a package wants to run must stay executable, and zipfile forgets that
  const program = `import os, sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        name = info.filename
        if name.startswith(tuple(wanted)) and not (name.startswith("nvidia/") and "/include/" in name):
            os.chmod(archive.extract(info, folder), (info.external_attr >> 16) & 0o777 | 0o644)`;
  const headers = ["tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/"];
  const wanted = ["libtensorflow_", ...headers.map((path) => `include/${path}`)].map((path) => `tensorflow/${path}`);
  await succeed(["python3", "-c", program, wheel, into, "nvidia/", ...wanted], { what: `unpack "${wheel}"`, signal });
}

/** All units at once, then one addon of them. */
async function compile(file: string, libraries: string, signal?: AbortSignal): Promise<void> {
  const include = (specifier: string): string => dirname(fileURLToPath(import.meta.resolve(specifier)));
  const paths = [
    include("node-api-headers/include/node_api.h"),
    include("@tensorflow/tfjs-node-gpu/binding/tfjs_backend.h"),
    join(libraries, "tensorflow", "include"),
    join(sourceFolder(), "fused", "headers"),
  ];
  const object = async ({ source, flags }: Unit, i: number): Promise<string> => {
    const made = `${file}.${i}.o`;
    await succeed([
      "g++",
      ...FLAGS.compile,
      ...flags,
      `-DLIBRARIES="../${basename(libraries)}/tensorflow"`,
      ...paths.flatMap((path) => ["-I", path]),
      ...["-c", join(sourceFolder(), source), "-o", made],
    ], { what: `compile the addon of the tensorflow backend, "${source}"`, signal });
    return made;
  };
  // all of them are waited for: what still runs when one has failed would write into a folder that is gone
  const outcomes = await Promise.allSettled(UNITS.map(object));
  const objects = outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  await succeed(["g++", ...objects, "-o", file, ...FLAGS.link], {
    what: "link the addon of the tensorflow backend",
    signal,
  });
  for (const made of objects) await Deno.remove(made);
}

async function testAddon(file: string, build: Build, signal?: AbortSignal): Promise<SelfTest> {
  const program = fileURLToPath(new URL("./self_test.ts", import.meta.url));
  const output = await succeed([Deno.execPath(), "run", "--quiet", "--allow-all", program, file, build], {
    what: `work with the addon "${file}"`,
    signal,
    env: { NO_COLOR: "1" },
  });
  return JSON.parse(output);
}

/** Output of a program that must succeed. */
async function succeed(
  [program, ...args]: readonly string[],
  { what, signal, env }: {
    readonly what: string;
    readonly signal?: AbortSignal;
    readonly env?: Record<string, string>;
  },
): Promise<string> {
  const command = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped", signal, env });
  const { success, code, stdout, stderr } = await command.output();
  signal?.throwIfAborted();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const words = decoder.decode(stderr).trim().split("\n").slice(-8).join("\n");
  throw new Error(`Cannot ${what}: "${program}" ended with ${code}${words === "" ? "" : `, and said:\n${words}`}`);
}

/** Removes what killed builds left: folders named after processes that are gone. */
async function clearUnfinished(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const [, process] = new RegExp(`^\\${UNFINISHED}(\\d+)-`).exec(name) ?? [];
    if (process === undefined || await exists(`/proc/${process}`)) continue;
    await Deno.remove(join(folder, name), { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    // pip moves and removes files while they are counted
    bytes += await (isDirectory ? sizeOf(path) : Deno.stat(path).then(({ size }) => size)).catch(() => 0);
  }
  return bytes;
}
