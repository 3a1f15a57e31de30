/** An older state of the repository, to be measured beside the one at hand. */
import { join } from "node:path";

/** A folder with the files of a commit; disposing it removes them. */
export interface Checkout extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Puts the files of a commit into a temporary folder.
 *
 * @param root of the repository
 * @throws {Error} when it does not have the commit, as a shallow clone has not
 */
export async function checkout(root: string, commit: string): Promise<Checkout> {
  const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
  const dispose = async (): Promise<void> => await Deno.remove(folder, { recursive: true });
  const file = join(folder, "files.tar");
  try {
    await said(commit, ["git", "-C", root, "archive", "--format=tar", `--output=${file}`, commit]);
    await said(commit, ["tar", "-xf", file, "-C", folder]);
    await Deno.remove(file);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: dispose };
}

async function said(commit: string, [command, ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null", stdout: "null" }).output();
  if (success) return;
  throw new Error(
    `Cannot take commit ${commit} out of the repository: "${command}" says "${
      new TextDecoder().decode(stderr).trim()
    }". In a shallow clone, get all of it with: git fetch --unshallow`,
  );
}

/** Files that a check or an update writes: they do not make the code another. */
const WRITTEN = ["bench/baseline.json", "bench/history.jsonl"];

/** The commit at hand, with "+changes" behind it where tracked files differ from it; null without git. */
export async function commitOf(root: string): Promise<string | null> {
  const head = await git(root, ["rev-parse", "HEAD"]).catch(() => null); // git is not installed
  if (head === null) return null;
  const others = WRITTEN.map((file) => `:!${file}`);
  const changes = await git(root, ["status", "--porcelain", "--untracked-files=no", "--", ".", ...others]);
  return changes === "" ? head : `${head}+changes`;
}

/**
 * The newest commit that changed a file.
 *
 * @throws {Error} when none did
 */
export async function lastChange(root: string, file: string): Promise<string> {
  const commit = await git(root, ["log", "-1", "--format=%H", "--", file]);
  if (commit) return commit;
  throw new Error(`Cannot compare with an older commit: no commit has "${file}". Name one with --against`);
}

async function git(root: string, args: readonly string[]): Promise<string | null> {
  const { success, stdout } = await new Deno.Command("git", { args: ["-C", root, ...args], stderr: "null" }).output();
  return success ? new TextDecoder().decode(stdout).trim() : null;
}
