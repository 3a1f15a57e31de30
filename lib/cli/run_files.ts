import { join } from "node:path";
import { ifThere } from "../if_there.ts";

/** One thing in a run's folder that is not a folder. */
export interface RunFile {
  /** Below the run's folder, with "/" between its parts. */
  readonly path: string;
  /** 0 of a link, which is never followed. */
  readonly bytes: number;
  readonly kind: "file" | "link" | "other";
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number;
}

/** Everything in a run's folder and the folders in it, by path; what goes away while it is looked at is left out. */
export async function runFiles(folder: string): Promise<RunFile[]> {
  const found = await filesBelow(folder, "");
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

async function filesBelow(folder: string, below: string): Promise<RunFile[]> {
  const found: RunFile[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) {
      found.push(...await filesBelow(folder, path));
      continue;
    }
    const info = await ifThere(Deno.lstat(join(folder, path)));
    if (info === null) continue;
    const kind = info.isFile ? "file" : info.isSymlink ? "link" : "other";
    found.push({ path, bytes: kind === "file" ? info.size : 0, kind, modified: info.mtime?.getTime() ?? 0 });
  }
  return found;
}

/** A size as a person says it, in powers of ten: "812 B", "4.1 kB", "12.3 MB". */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
