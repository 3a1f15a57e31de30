import { basename } from "node:path";
import { alignedText, plural } from "../report/text.ts";
import { lockRun } from "../runs/lock.ts";
import { printable } from "../terminal/width.ts";
import { type Command, wholeNumber } from "./command.ts";
import { shown, userPath } from "./places.ts";
import { complain, print, printJson } from "./print.ts";
import {
  type Cleaning,
  type Found,
  removable,
  removableBeside,
  removeEmptyFolders,
  removeFiles,
  runFolders,
} from "./removable.ts";
import { sizeText } from "./run_files.ts";

/** Says what of the runs folder is not needed any more, and removes it when told to. */
export const clean: Command = {
  summary: "says what in the runs folder is not needed, and removes it when told to",
  help: `deno task clean [OPTIONS]

Lists what in the runs folder is not needed any more, with sizes and reasons: states of finished runs to go on from,
checkpoints that no record names, temporary files of processes that have ended, and folders in which nothing was
begun. Nothing is removed without --apply. Records, scores, events and kept checkpoints stay, and so does everything
of a run that a process is writing, or that holds a file that is not a run's. Links are never followed.

  --stopped           also whole runs that were stopped, failed or interrupted, which could go on otherwise
  --older-than DAYS   only what was last written so many days ago or more
  --apply             remove what is listed
  --runs DIR          the runs folder; default: runs

Examples:
  deno task clean
  deno task clean --stopped --older-than 30
  deno task clean --apply`,
  json: "one object, what can go, or is gone",
  exits: "1 also when something could not be removed",
  values: ["runs", "older-than"],
  flags: ["stopped", "apply"],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const olderThan = wholeNumber(given, "older-than", [0, 36500]) ?? 0;
    const cleaning: Cleaning = { stopped: given.flags.stopped, olderThan };
    if (!await Deno.stat(runs).then(({ isDirectory }) => isDirectory, () => false)) {
      throw new Deno.errors.NotFound(
        `Cannot clean "${shown(runs)}": there is no such folder. Expected a folder of runs; give it with --runs DIR`,
      );
    }
    const cleaned = await cleanRuns(runs, { ...cleaning, apply: given.flags.apply });
    if (given.flags.json) printJson(cleaned);
    else print(cleanedText(cleaned, { again: commandLine(given.values, given.flags) }));
    for (const problem of cleaned.problems) complain(printable(problem));
    return cleaned.problems.length === 0 ? 0 : 1;
  },
};

/** What can go, or went. */
export interface Cleaned {
  readonly runs: string;
  readonly applied: boolean;
  /** Folders of which something can go, or that are left alone for a reason. */
  readonly found: readonly Found[];
  /** Of all that can go, or of what went. */
  readonly bytes: number;
  /** What could not be removed, and why. */
  readonly problems: readonly string[];
}

/** Looks at every run of a folder, one after another, and removes what can go where that is asked for. */
export async function cleanRuns(
  runs: string,
  { apply, ...cleaning }: Cleaning & { readonly apply: boolean },
): Promise<Cleaned> {
  const found: Found[] = [];
  const problems: string[] = [];
  let bytes = 0;
  const take = async (look: () => Promise<Found>, remove: (found: Found) => Promise<number>): Promise<void> => {
    try {
      const one = await look();
      if (one.files.length === 0 && one.leftAlone === null && !one.whole) return;
      bytes += apply ? await remove(one) : one.files.reduce((sum, file) => sum + file.bytes, 0);
      found.push(one);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  };
  for (const folder of await runFolders(runs)) {
    await take(() => removable(folder, cleaning), (found) => removeOf(found, cleaning));
  }
  await take(() => removableBeside(runs, cleaning), removeFiles);
  return { runs, applied: apply, found, bytes, problems };
}

/** Removes what was found of a run under its lock, looking again first: it may have been taken up meanwhile. */
async function removeOf(found: Found, cleaning: Cleaning): Promise<number> {
  const { folder } = found;
  if (found.files.length === 0 && !found.whole) return 0;
  let freed: number;
  let whole: boolean;
  {
    using _lock = await lockRun(folder);
    const now = await removable(folder, cleaning, { held: true });
    whole = now.whole;
    const files = now.files.filter(({ path }) => path !== "lock.json");
    // taking the lock has removed temporary files
    const before = found.files.filter(({ path }) => path.endsWith(".tmp") && files.every((file) => file.path !== path));
    freed = await removeFiles({ folder, files: [...files, ...before] });
    if (whole) await removeEmptyFolders(folder);
  }
  if (whole) await Deno.remove(folder);
  return freed;
}

/** What can go as a table with its sum, what is left alone and why, and the command that removes it. */
export function cleanedText({ runs, applied, found, bytes }: Cleaned, { again }: { readonly again: string }): string {
  const rows = found.flatMap((one) => rowsOf(one, runs));
  const left = found.flatMap(({ folder, leftAlone }) =>
    leftAlone === null ? [] : [printable(`  ${basename(folder)}: ${leftAlone}`)]
  );
  const sections = [
    ...(rows.length === 0 ? [] : [alignedText([
      { title: "run", cells: rows.map(({ run }) => run), shrinks: true },
      { title: applied ? "removed" : "can go", cells: rows.map(({ what }) => what), shrinks: true },
      { title: "size", cells: rows.map(({ size }) => size), right: true },
      { title: "since", cells: rows.map(({ why }) => why) },
    ], { width: 132 })]),
    ...(left.length === 0 ? [] : [`Left alone:\n${left.join("\n")}`]),
    rows.length === 0
      ? `Nothing in "${printable(shown(runs))}" can go`
      : applied
      ? `Freed ${sizeText(bytes)}`
      : `${sizeText(bytes)} can go. Remove it with: ${again}`,
  ];
  return sections.join("\n\n");
}

/** Files of one folder that go for one reason share a line. */
function rowsOf(
  { folder, files, whole }: Found,
  runs: string,
): { run: string; what: string; size: string; why: string }[] {
  const run = folder === runs ? "" : basename(folder);
  if (whole && files.length === 0) return [{ run, what: "an empty folder", size: sizeText(0), why: NOTHING }];
  return [...Map.groupBy(files, ({ why }) => why)].map(([why, group]) => ({
    run,
    what: whole
      ? `all of it, ${plural(group.length, "file")}`
      : group.length === 1
      ? group[0].path
      : `${group[0].path} and ${group.length - 1} more`,
    size: sizeText(group.reduce((sum, { bytes }) => sum + bytes, 0)),
    why,
  }));
}

const NOTHING = "nothing was begun in it";

function commandLine(
  { runs, "older-than": days }: Readonly<Record<string, string | undefined>>,
  { stopped }: Readonly<Record<string, boolean>>,
): string {
  const where = runs === undefined ? "" : ` --runs ${/^[\w./:\\-]+$/.test(runs) ? runs : JSON.stringify(runs)}`;
  return `deno task clean${stopped ? " --stopped" : ""}${
    days === undefined ? "" : ` --older-than ${days}`
  }${where} --apply`;
}
