/** Where the tensorflow backend of this machine stands: one folder in the user's cache, shared by all checkouts. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../../deno.json" with { type: "json" };
import { findGpu } from "./gpu.ts";
import { type Build, VERSION, wheels } from "./wheels.ts";

/** What the addon is made with, beside paths. */
export const FLAGS = {
  // warnings of sources that are not ours say nothing to anyone here
  compile: ["-std=c++17", "-w", "-fPIC", "-fvisibility=hidden", "-DNAPI_VERSION=8"],
  link: ["-shared", "-Wl,-z,lazy", "-ldl", "-pthread"],
} as const;

/** A source of the addon by its path in {@linkcode sourceFolder}, with flags of its own. */
export interface Unit {
  readonly source: string;
  readonly flags: readonly string[];
}

/** The sources that are compiled by themselves; fused/level.cc once for each level of x86-64 processors. */
export const UNITS: readonly Unit[] = [
  { source: "addon.cc", flags: ["-O2"] },
  { source: "fused/ops.cc", flags: ["-O2"] },
  ...[2, 3, 4].map((level) => ({
    source: "fused/level.cc",
    flags: [
      "-O3",
      `-march=x86-64-v${level}`,
      "-mprefer-vector-width=512",
      "-fno-math-errno",
      "-fno-trapping-math",
      "-ffp-contract=fast",
      `-DLEVEL=level${level}`,
    ],
  })),
];

/** File of the addon in its folder. */
export const ADDON = "tensorflow.node";

/** Paths of the installation, whether anything is there or not. */
export interface Installation {
  /** Holds everything else. */
  readonly folder: string;
  /** Folder of TensorFlow's libraries and headers, laid out as in the wheel. */
  readonly libraries: string;
  /** Folder of the addon built from the sources at hand. */
  readonly addon: string;
}

/** An addon that can be loaded. */
export interface BuiltAddon {
  readonly file: string;
  readonly build: Build;
  /** Why this build of two, or why not on a graphics card; empty where there was no choice. */
  readonly why: string;
}

/**
 * Paths for the sources of this checkout: another version of the addon's sources has another folder. Both builds may
 * stand beside each other.
 *
 * @throws {Error} when the system has no folder for the user, or this module is no file
 */
export function installation(build: Build = "cpu"): Installation {
  const folder = join(userCache(), "counterproof", "tensorflow");
  const version = build === "cpu" ? VERSION : `${VERSION}-${build}`;
  return {
    folder,
    libraries: join(folder, `libraries-${version}`),
    addon: join(folder, `${version}-${sourcesHash(build)}`),
  };
}

/** The addon that is to be loaded: the GPU build where a graphics card answers, else the one for processors. */
export function chosenAddon(): BuiltAddon | null {
  const [cpu, gpu] = [addonOf("cpu"), addonOf("gpu")];
  // without the GPU build nobody asks the driver
  if (gpu === null) return cpu === null ? null : { file: cpu, build: "cpu", why: "" };
  const found = findGpu();
  if (found.gpu !== null) return { file: gpu, build: "gpu", why: `on ${found.gpu.name}` };
  const why = `on the processor, since ${found.why}`;
  return cpu === null ? { file: gpu, build: "gpu", why } : { file: cpu, build: "cpu", why };
}

/** File of the addon that is to be loaded, built from the sources at hand; null when none was. */
export function builtAddon(): string | null {
  return chosenAddon()?.file ?? null;
}

/** File of the addon of a build; null when it was not built from the sources at hand. */
export function addonOf(build: Build): string | null {
  if (!isSupported()) return null;
  try {
    const { addon, libraries } = installation(build);
    const file = join(addon, ADDON);
    return Deno.statSync(file).isFile && Deno.statSync(libraries).isDirectory ? file : null;
  } catch {
    return null; // not built, or this process may not look: either way it cannot be loaded
  }
}

/** What builds an addon again, by its file. */
export function commandFor(addon: string): string {
  const isGpu = basename(dirname(addon)).startsWith(`${VERSION}-gpu-`);
  return `deno task engine:tensorflow${isGpu ? " --gpu" : ""}`;
}

/** Whether the wheels are made for this system. */
export function isSupported(): boolean {
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64";
}

/** The addon's own sources, beside this file. */
export function sourceFolder(): string {
  return fileURLToPath(new URL(".", import.meta.url));
}

function userCache(): string {
  const set = Deno.env.get("XDG_CACHE_HOME");
  // a relative path is to be ignored, says the XDG specification
  if (set !== undefined && set.startsWith("/")) return set;
  const home = Deno.env.get("HOME");
  if (home) return join(home, ".cache");
  throw new Error(
    "Cannot tell the user's cache folder: neither XDG_CACHE_HOME nor HOME is set. Set one to a folder that can be written",
  );
}

function sourcesHash(build: Build): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([wheels[build], FLAGS, UNITS, config.imports["@tensorflow/tfjs-node-gpu"]]));
  const folder = sourceFolder();
  for (const path of sources(folder, "")) hash.update(`${path}\n`).update(Deno.readFileSync(join(folder, path)));
  return hash.digest("hex").slice(0, 12);
}

/** Paths of C++ in a folder and those inside of it, sorted. */
function sources(folder: string, path: string): string[] {
  return [...Deno.readDirSync(join(folder, path))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return sources(folder, join(path, name));
    return /\.(cc|h)$/.test(name) ? [join(path, name)] : [];
  }).sort();
}
