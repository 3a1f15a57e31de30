import { basename, join } from "node:path";
import { statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { plural } from "../report/text.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { lockRun } from "../runs/lock.ts";
import { networkUnder } from "../runs/network_disk.ts";
import { checkWritable } from "../runs/store.ts";
import { lookAt, type RunState } from "./one_run.ts";
import { shown } from "./places.ts";
import { runFolders } from "./removable.ts";
import { sizeText } from "./run_files.ts";

/** A check by its name: what to do when it fails, and the check itself, which tells what it found or throws. */
export type Check = readonly [name: string, remedy: string, check: () => Promise<string>];

/** Free space that a run may fill: two states and a checkpoint of a ConvNeXt-T with AdamW are 7 × 115 MB. */
const NEEDED_SPACE = 1e9;

const ELSEWHERE = "Name a folder on a disk of this machine with --runs DIR";

/** What a run needs of the folder that it is kept in, and how the runs there stand. */
export function runsChecks(runs: string): Check[] {
  return [
    ["runs folder", "", async () => {
      await checkWritable(runs);
      return `"${shown(runs)}" can be written`;
    }],
    ["locks", ELSEWHERE, () => locks(runs)],
    ["disk", `See what can go with: deno task clean. ${ELSEWHERE}`, () => disk(runs)],
    ["stored runs", "deno task list tells what is wrong with each", () => storedRuns(runs)],
  ];
}

/** A second process must be refused while this one holds a run, and let in afterwards. */
async function locks(runs: string): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: runs, prefix: ".doctor-" });
  try {
    const lock = await lockRun(folder);
    let meanwhile: string;
    try {
      meanwhile = await fromAnother(folder);
    } finally {
      lock[Symbol.dispose]();
    }
    if (meanwhile !== `held by ${Deno.pid}`) {
      throw new Error(
        `a second process finds a run "${meanwhile}" that process ${Deno.pid} writes: two could write over one another`,
      );
    }
    const after = await fromAnother(folder);
    if (after !== "free") throw new Error(`a run that nobody writes any more is still "${after}"`);
    return "a second process is refused while one writes a run, and let in afterwards";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fromAnother(folder: string): Promise<string> {
  const program = fileURLToPath(new URL("./try_lock.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, folder],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`a second process cannot try the lock: ${new TextDecoder().decode(stderr).trim().split("\n")[0]}`);
}

/** How much fits, what lies beneath, and how long it takes until a file and its name are on the disk. */
async function disk(runs: string): Promise<string> {
  const { bavail, bsize } = await statfs(runs);
  const free = bavail * bsize;
  if (free < NEEDED_SPACE) throw new Error(`${sizeText(free)} free, expected ${sizeText(NEEDED_SPACE)}`);
  const folder = await Deno.makeTempDir({ dir: runs, prefix: ".doctor-" });
  try {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      await writeAtomic(join(folder, "file"), new Uint8Array(4096));
      times.push(performance.now() - began);
    }
    const median = times.sort((a, b) => a - b)[2];
    const network = await networkUnder(runs);
    return `${sizeText(free)} free; a file is on the disk after ${median.toFixed(1)} ms` +
      (network === null
        ? ""
        : `; it lies on ${network}: other machines may write runs there as well, and take up one of a machine that has ` +
          "died after a quarter of an hour");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How many runs stand how; refuses broken records. */
async function storedRuns(runs: string): Promise<string> {
  const counts = new Map<RunState, number>();
  const broken: string[] = [];
  const folders = await runFolders(runs);
  for (const folder of folders) {
    const { state } = await lookAt(folder);
    counts.set(state, (counts.get(state) ?? 0) + 1);
    if (state === "broken") broken.push(basename(folder));
  }
  if (broken.length > 0) {
    const names = broken.slice(0, 3).map((name) => `"${name}"`).join(", ");
    const more = broken.length > 3 ? ` and ${broken.length - 3} more` : "";
    throw new Error(
      `of ${plural(folders.length, "run")} the records of ${broken.length} cannot be read: ${names}${more}`,
    );
  }
  if (folders.length === 0) return "none yet";
  const told = [...counts].sort(([, a], [, b]) => b - a).map(([state, count]) => `${count} ${state}`).join(", ");
  const resumable = counts.has("interrupted") ? "; what was interrupted goes on when it is run again" : "";
  return `${told}${resumable}`;
}
