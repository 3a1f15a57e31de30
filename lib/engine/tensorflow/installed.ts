/** Where the tensorflow backend of this machine stands: one folder in the user's cache, shared by all checkouts. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../../deno.json" with { type: "json" };

/** The wheel whose libraries the addon works on; the same file for every Python. */
export const WHEEL = {
  package: "tensorflow-cpu",
  version: "2.21.0",
  file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
  bytes: 273_829_956,
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
} as const;

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

/**
 * Paths for the sources of this checkout: another version of the addon's sources has another folder.
 *
 * @throws {Error} when the system has no folder for the user, or this module is no file
 */
export function installation(): Installation {
  const folder = join(userCache(), "counterproof", "tensorflow");
  return {
    folder,
    libraries: join(folder, `libraries-${WHEEL.version}`),
    addon: join(folder, `${WHEEL.version}-${sourcesHash()}`),
  };
}

/** File of the addon that was built from the sources at hand; null when none was. */
export function builtAddon(): string | null {
  if (!isSupported()) return null;
  try {
    const { addon, libraries } = installation();
    const file = join(addon, ADDON);
    return Deno.statSync(file).isFile && Deno.statSync(libraries).isDirectory ? file : null;
  } catch {
    return null; // not built, or this process may not look: either way it cannot be loaded
  }
}

/** Whether the wheel is made for this system. */
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

function sourcesHash(): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([WHEEL, FLAGS, UNITS, config.imports["@tensorflow/tfjs-node-gpu"]]));
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
