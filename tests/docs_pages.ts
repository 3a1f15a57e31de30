/** The project's own pages, and the fenced blocks in them. */

/** Root of the repository. */
export const root = new URL("../", import.meta.url);

/** A fenced block of a page. */
export interface Block {
  /** Where its first line stands, as "README.md:12". */
  readonly place: string;
  /** What stands behind the fence, as "ts" or "ts check". */
  readonly info: string;
  readonly lines: readonly string[];
}

/** Folders that hold pages beside the root, and are walked. */
const WALKED = ["bench", "docs", "experiments", "lib", "notebooks", "tests"];

/** What is made or brought by others. */
const LEFT_OUT = ["docs/api", "tests/golden"];

/** Paths of all pages below the root: those at the top, and those in the folders of the project. */
export async function pages(): Promise<string[]> {
  const top: string[] = [];
  for await (const { name } of Deno.readDir(root)) if (name.endsWith(".md")) top.push(name);
  const below = await Promise.all(WALKED.map((folder) => filesIn(folder, ".md")));
  return [...top, ...below.flat()].sort();
}

/** Paths of the files below a folder whose names end so; none where there is no such folder. */
export async function filesIn(folder: string, ending: string): Promise<string[]> {
  if (LEFT_OUT.includes(folder)) return [];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, root))) {
    if (isDirectory) found.push(...await filesIn(`${folder}/${name}`, ending));
    else if (name.endsWith(ending)) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** The text of a file of the repository. */
export function textOf(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, root));
}

/** The fenced blocks of a page, those in lists too. */
export function blocksOf(file: string, text: string): Block[] {
  const found: Block[] = [];
  let open: { info: string; indent: string; at: number; lines: string[] } | null = null;
  for (const [i, line] of text.split("\n").entries()) {
    const fence = /^(\s*)```(.*)$/.exec(line);
    if (open === null && fence !== null) open = { info: fence[2].trim(), indent: fence[1], at: i + 2, lines: [] };
    else if (open !== null && line.trim() === "```") {
      found.push({ place: `${file}:${open.at}`, info: open.info, lines: open.lines });
      open = null;
    } else open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  return found;
}

/** A page without its fenced blocks, whose lines are left empty. */
export function proseOf(text: string): string {
  let inside = false;
  return text.split("\n").map((line) => {
    const fence = /^\s*```/.test(line);
    if (fence) inside = !inside;
    return fence || inside ? "" : line;
  }).join("\n");
}
