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

/** What the addon is compiled with, beside paths; warnings of sources that are not ours say nothing to anyone here. */
export const FLAGS = [
  "-std=c++17",
  "-O2",
  "-w",
  "-fPIC",
  "-shared",
  "-fvisibility=hidden",
  "-Wl,-z,lazy",
  "-DNAPI_VERSION=8",
] as const;

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
  hash.update(JSON.stringify([WHEEL, FLAGS, config.imports["@tensorflow/tfjs-node-gpu"]]));
  const folder = sourceFolder();
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => /\.(cc|h)$/.test(name));
  for (const name of names.sort()) hash.update(`${name}\n`).update(Deno.readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 12);
}
