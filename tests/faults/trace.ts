import { resolve } from "node:path";

/** A call that brings a file or folder to the disk, or gives a file its name. */
export interface Write {
  readonly call: "sync" | "rename";
  /** What is brought there, or the old name. */
  readonly path: string;
  /** The new name. */
  readonly to?: string;
}

/** Tells of each such call of this process when it is done, in their order. */
export function traceWrites(tell: (write: Write) => void): void {
  const { open, rename } = Deno;
  const { sync } = Deno.FsFile.prototype;
  const paths = new WeakMap<Deno.FsFile, string>();
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    paths.set(file, resolve(String(path)));
    return file;
  };
  Deno.FsFile.prototype.sync = async function (this: Deno.FsFile): Promise<void> {
    await sync.call(this);
    tell({ call: "sync", path: paths.get(this) ?? "" });
  };
  Deno.rename = async (from, to) => {
    await rename(from, to);
    tell({ call: "rename", path: resolve(String(from)), to: resolve(String(to)) });
  };
}

/** The same calls out of what `strace -f -y -e trace=fsync,rename,…` wrote of a process. */
export function readStrace(text: string): Write[] {
  return text.split("\n").flatMap((line): Write[] => {
    const synced = /\bf(?:data)?sync\(\d+<(.*)>\)/.exec(line) ?? /\bf(?:data)?sync\(\d+<(.*)> <unfinished/.exec(line);
    if (synced !== null) return [{ call: "sync", path: synced[1] }];
    const renamed = /\brename(?:at2?)?\((?:[^"]*, )?"(.*?)", (?:[^"]*, )?"(.*?)"/.exec(line);
    return renamed === null ? [] : [{ call: "rename", path: renamed[1], to: renamed[2] }];
  });
}
