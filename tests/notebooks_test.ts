/** Notebooks are read as files: no test starts Jupyter. */
import { assert, assertEquals } from "./assert.ts";

/** What is read of a notebook, nbformat 4. */
interface Notebook {
  readonly metadata: { readonly kernelspec: { readonly name: string; readonly language: string } };
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: string | readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly { readonly output_type: string; readonly name?: string }[];
}

const folder = new URL("../notebooks/", import.meta.url);

Deno.test("every notebook is committed as a fresh kernel of Deno ran it, with every output and no error", async () => {
  for (const { name, notebook } of await notebooks()) {
    const { kernelspec } = notebook.metadata;
    assertEquals([kernelspec.name, kernelspec.language], ["deno", "typescript"], name);
    const cells = codeCells(notebook);
    assertEquals(cells.map((cell) => cell.execution_count), cells.map((_, i) => i + 1), `${name}, order of cells`);
    for (const [i, { outputs = [] }] of cells.entries()) {
      assert(outputs.length > 0, `${name}, code cell ${i + 1}: its output is missing`);
      const wrong = outputs.filter((output) => output.output_type === "error" || output.name === "stderr");
      assertEquals(wrong, [], `${name}, code cell ${i + 1}`);
    }
  }
});

Deno.test("no notebook tells where on a machine it was run", async () => {
  for (const { name, notebook } of await notebooks()) assertEquals(machinePaths(notebook), [], name);
});

Deno.test("no function in a notebook is longer than ten lines", async () => {
  for (const { name, notebook } of await notebooks()) {
    for (const [i, { source }] of codeCells(notebook).entries()) {
      const lines = longestFunction(textOf(source));
      assert(lines <= 10, `${name}, code cell ${i + 1}: a function of ${lines} lines, move it to lib`);
    }
  }
});

Deno.test("the cells of every notebook type-check as one module", async () => {
  const entries: string[] = [];
  try {
    for (const { notebook } of await notebooks()) {
      // beside the notebook, where its imports hold
      const entry = await Deno.makeTempFile({ dir: folder.pathname, prefix: ".check_", suffix: ".ts" });
      entries.push(entry);
      const code = codeCells(notebook).map(({ source }) => textOf(source)).join("\n");
      await Deno.writeTextFile(entry, `${code}\nexport {};\n`);
    }
    const check = new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", new URL("../deno.json", folder).pathname, ...entries],
      env: { NO_COLOR: "1" },
    });
    const { success, stderr } = await check.output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Promise.all(entries.map((entry) => Deno.remove(entry)));
  }
});

Deno.test("machinePaths() finds paths of a machine in any text, and none in links and packed data", () => {
  const found = { cells: [{ source: ["a\n", "/home/ada/b.png"] }, { text: 'at "/work/mod.ts"' }, "file:///C:/x"] };
  assertEquals(machinePaths(found), ["/home/ada/b.png", "/work/mod.ts", "file:///C:/x"]);
  assertEquals(machinePaths({ a: "https://x.org/home/b", b: "../runs/notebook", c: "aGVs/work/bG8+/root/a=" }), []);
});

Deno.test("longestFunction() counts declarations, closures and expressions", () => {
  assertEquals(longestFunction("const a = 1;\nrun({\n  b: 2,\n});"), 0);
  assertEquals(longestFunction("const f = (x) => x + 1;\nconst g = 2;"), 1);
  assertEquals(longestFunction("list.map((x) => {\n  return x;\n}).join();\nmore();"), 3);
  assertEquals(longestFunction("list.map((x) =>\n  [x,\n   x]\n);"), 3);
  assertEquals(longestFunction("function f(\n  a: { b: number },\n): { c: number } {\n  return g(a);\n}\nmore();"), 5);
});

/** Every notebook of the folder, which must hold one. */
async function notebooks(): Promise<{ name: string; notebook: Notebook }[]> {
  const found: { name: string; notebook: Notebook }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ipynb")) continue;
    found.push({ name, notebook: JSON.parse(await Deno.readTextFile(new URL(name, folder))) });
  }
  assert(found.length > 0, "there is no notebook");
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

function codeCells({ cells }: Notebook): readonly Cell[] {
  return cells.filter((cell) => cell.cell_type === "code");
}

function textOf(source: string | readonly string[]): string {
  return typeof source === "string" ? source : source.join("");
}

/** Absolute paths in any text of a value; what follows a letter or a digit belongs to a link or to base64. */
function machinePaths(value: unknown): string[] {
  if (typeof value === "string") {
    return value.match(/(?<![\w+/=.])\/(?:work|root|home|tmp|opt|mnt|Users)\/[\w./-]+|file:\/\/\/[\w.:/-]*/g) ?? [];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(machinePaths) : [];
}

/** Lines of the longest function in some code, by its brackets; 0 where there is none. */
function longestFunction(code: string): number {
  const starts = [...code.matchAll(/\bfunction\b|=>/g)];
  return Math.max(
    0,
    ...starts.map(({ 0: word, index }) => {
      const end = word === "=>" ? endOfArrow(code, index + word.length) : endOfDeclaration(code, index);
      return code.slice(index, end).trimEnd().split("\n").length;
    }),
  );
}

/** Where an arrow's body ends: before the first comma, semicolon or closing bracket outside brackets of its own. */
function endOfArrow(code: string, start: number): number {
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    if ("([{".includes(code[i])) depth++;
    else if (")]}".includes(code[i]) && --depth < 0) return i;
    else if (depth === 0 && ",;".includes(code[i])) return i;
  }
  return code.length;
}

/** Where a declaration ends: behind the brace that closes its body, the last one of a run of braced pieces. */
function endOfDeclaration(code: string, start: number): number {
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    if ("([{".includes(code[i])) depth++;
    else if (")]}".includes(code[i])) depth--;
    else continue;
    if (depth === 0 && code[i] === "}" && !/^\s*\{/.test(code.slice(i + 1))) return i + 1;
  }
  return code.length;
}
