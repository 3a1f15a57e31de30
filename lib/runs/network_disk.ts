/** Which disks other machines may see as well. */
import { statfs } from "node:fs/promises";

/** Kinds of file systems by the number that Linux gives them, of those that lie on another machine. */
const networks: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB",
  0x517b: "SMB",
  0x65735546: "FUSE",
  0x01021997: "9p",
  0x0bd00bd0: "Lustre",
  0x47504653: "GPFS",
  0x19830326: "BeeGFS",
  0x00c36400: "Ceph",
  0x5346414f: "AFS",
};

/** The name of a file system that may be another machine's; null for one of this machine. @param type signed or not */
export function networkOf(type: number): string | null {
  return networks[type >>> 0] ?? null;
}

/**
 * The name of the file system on which a file or folder lies where other machines may see it; null: this one alone does.
 * COUNTERPROOF_SHARED_DISK=1 says that they all are shared, for file systems that are not known here.
 */
export async function networkUnder(path: string): Promise<string | null> {
  if (Deno.env.get("COUNTERPROOF_SHARED_DISK") === "1") return "a shared disk";
  return Deno.build.os === "linux" ? networkOf((await statfs(path)).type) : null;
}
