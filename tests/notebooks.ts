/** Notebooks as files: what is read of them, how they are executed apart from everything else, and what they have to show. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Jupyter } from "../lib/cli/jupyter.ts";
import { assert, assertEquals } from "./assert.ts";
import { openPage, waitForFigures } from "./browser.ts";
import { counterproof } from "./cli/command_line.ts";

/** What is read of a notebook, nbformat 4. */
export interface Notebook {
  readonly metadata: { readonly kernelspec: { readonly name: string; readonly language: string } };
  readonly cells: readonly Cell[];
}

/** A cell of one. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: string | readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

/** What stands below a cell. */
export interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

/** Where the notebooks of this checkout lie. */
export const folderOfNotebooks = new URL("../notebooks/", import.meta.url);

/** Code of a cell that ends with a figure. */
const DRAWS = /\bplot\.|\bauditFigures\(/;

/** Code of a cell that ends with words. */
const WRITES = /\bjupyter\.md`/;

/** Where whatever asks a network finds none. */
export const offline = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};

/** Every notebook of the folder, which must hold one. */
export async function notebooks(): Promise<{ name: string; notebook: Notebook }[]> {
  const found: { name: string; notebook: Notebook }[] = [];
  for await (const { name } of Deno.readDir(folderOfNotebooks)) {
    if (!name.endsWith(".ipynb")) continue;
    found.push({ name, notebook: JSON.parse(await Deno.readTextFile(new URL(name, folderOfNotebooks))) });
  }
  assert(found.length > 0, "there is no notebook");
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A folder in which a notebook finds the library, and its runs are nobody else's. */
export async function world(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "notebooks"));
  for (const name of ["mod.ts", "lib", "experiments", "deno.json", "deno.lock"]) {
    await Deno.symlink(fileURLToPath(new URL(`../${name}`, import.meta.url)), join(folder, name));
  }
  return folder;
}

/**
 * Executes a copy of a notebook in a folder that {@linkcode world} made, without a network; again where it is there.
 *
 * @returns the copy's path
 */
export async function executeCopy(name: string, folder: string): Promise<string> {
  const file = join(folder, "notebooks", name);
  await Deno.copyFile(new URL(name, folderOfNotebooks), file);
  const { code, err } = await counterproof(["notebook", "--execute", file], { env: offline });
  assertEquals(code, 0, err);
  return file;
}

/** Each cell has an output and no error; a run ends with its last state, tables are tables, figures have picture and script. */
export function checkOutputs(name: string, cells: readonly Cell[]): void {
  for (const [i, { source, outputs = [] }] of cells.entries()) {
    const cell = `${name}, code cell ${i + 1}`;
    assert(outputs.length > 0, `${cell}: its output is missing`);
    const wrong = outputs.filter((output) => output.output_type === "error" || output.name === "stderr");
    assertEquals(wrong, [], cell);
    const result = outputs.filter(({ output_type }) => output_type === "execute_result").map(htmlOf);
    const code = textOf(source);
    assert(!/>0 rows/.test(result[0] ?? ""), `${cell}: a table without rows`);
    const compares = /\bcompare\(|\bdifferences\(/.test(code) && !DRAWS.test(code) && !WRITES.test(code);
    if (compares) assert(result[0]?.includes("<table"), `${cell}: no table`);
    if (DRAWS.test(code)) assert(/<img [^]*<script>/.test(result[0] ?? ""), `${cell}: no picture with a script`);
    if (/\brun\(/.test(code)) {
      const shown = outputs.filter(({ output_type }) => output_type === "display_data");
      assert(shown.length > 0, `${cell}: no progress`);
      for (const output of shown) {
        assert(/: done, \d+ steps in/.test(textOf(output.data?.["text/plain"] ?? "")), `${cell}: not the last state`);
        assert(htmlOf(output).includes('src="data:image/svg+xml;base64,'), `${cell}: no curve`);
      }
    }
  }
}

/** The page that stock nbconvert makes of a notebook, without what its template fetches by itself. */
export async function checkPage(file: string, { python, env }: Jupyter): Promise<void> {
  const none = ["require_js", "mathjax", "mermaid_js"].map((name) => `--HTMLExporter.${name}_url=`);
  const { success, stderr } = await new Deno.Command(python, {
    args: ["-m", "nbconvert", "--to", "html", ...none, file],
    env: { ...env },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const figures = (await cellsOf(file))
    .filter(({ source }) => DRAWS.test(textOf(source))).length;
  await using opened = await openPage(file.replace(/ipynb$/, "html"), `${file}.profile`);
  await waitForFigures(opened, figures);
  assert(await opened.evaluate("document.querySelector('.point, .js-line') !== null"), "figures are empty");
  assertEquals(opened.complaints, []);
}

/** What a notebook shows as HTML. */
export function htmlOf({ data }: Output): string {
  return textOf(data?.["text/html"] ?? "");
}

/** The code cells of a file. */
export async function cellsOf(file: string): Promise<readonly Cell[]> {
  return codeCells(JSON.parse(await Deno.readTextFile(file)));
}

/** The cells that hold code. */
export function codeCells({ cells }: Notebook): readonly Cell[] {
  return cells.filter((cell) => cell.cell_type === "code");
}

/** A text of a notebook, which may be stored in lines. */
export function textOf(source: string | readonly string[]): string {
  return typeof source === "string" ? source : source.join("");
}
