/** Notebooks are read as files; the shortest runs from top to bottom where Jupyter is on the machine. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findJupyter } from "../lib/cli/jupyter.ts";
import { assert, assertEquals } from "./assert.ts";
import { browserNames, findBrowser } from "./browser.ts";
import { counterproof } from "./cli/command_line.ts";
import {
  cellsOf,
  checkOutputs,
  checkPage,
  codeCells,
  executeCopy,
  folderOfNotebooks,
  notebooks,
  offline,
  textOf,
  world,
} from "./notebooks.ts";

/** The notebook that every round of tests executes, and what executes the others, which take minutes each. */
const EVERYDAY = "01_first_run.ipynb", OTHERS = "deno task test:notebooks";

/** Bytes that a notebook has at most: plotly.js, packed, takes half of it. */
const MOST_BYTES = 1.5e6;

Deno.test("every notebook is committed as a fresh kernel of Deno ran it, with every output and no error", async () => {
  for (const { name, notebook } of await notebooks()) {
    const { kernelspec } = notebook.metadata;
    assertEquals([kernelspec.name, kernelspec.language], ["deno", "typescript"], name);
    const cells = codeCells(notebook);
    assertEquals(cells.map((cell) => cell.execution_count), cells.map((_, i) => i + 1), `${name}, order of cells`);
    checkOutputs(name, cells);
  }
});

Deno.test("no notebook tells where on a machine it was run", async () => {
  for (const { name, notebook } of await notebooks()) assertEquals(machinePaths(notebook), [], name);
});

Deno.test("no notebook is larger than a review can load", async () => {
  for (const { name } of await notebooks()) {
    const { size } = await Deno.stat(new URL(name, folderOfNotebooks));
    assert(size <= MOST_BYTES, `${name}: ${size} bytes, expected at most ${MOST_BYTES}`);
  }
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
      const entry = await Deno.makeTempFile({ dir: folderOfNotebooks.pathname, prefix: ".check_", suffix: ".ts" });
      entries.push(entry);
      const code = codeCells(notebook).map(({ source }) => textOf(source)).join("\n");
      await Deno.writeTextFile(entry, `${code}\nexport {};\n`);
    }
    const check = new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", new URL("../deno.json", folderOfNotebooks).pathname, ...entries],
      env: { NO_COLOR: "1" },
    });
    const { success, stderr } = await check.output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Promise.all(entries.map((entry) => Deno.remove(entry)));
  }
});

const jupyter = await findJupyter();
const browser = findBrowser();

Deno.test({
  name: jupyter === null
    ? `${EVERYDAY} runs in a fresh kernel: LEFT OUT, found no JupyterLab; deno task notebook --setup installs it`
    : `${EVERYDAY} runs in a fresh kernel without a network, and shows what it should; ${OTHERS} runs the others`,
  ignore: jupyter === null,
  fn: async (test) => {
    const folder = await world();
    try {
      const file = await executeCopy(EVERYDAY, folder);
      checkOutputs(EVERYDAY, await cellsOf(file));
      await test.step({
        name: browser === null
          ? `its page in a browser: LEFT OUT, found none of ${browserNames.join(", ")} on this machine`
          : "as nbconvert's page it draws every figure in a browser, which fetches nothing",
        ignore: browser === null,
        fn: () => checkPage(file, jupyter!),
      });
      assert((await Array.fromAsync(Deno.readDir(join(folder, "runs", "notebook")))).length > 0, "no run was made");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: jupyter === null
    ? "a cell that fails: LEFT OUT, found no JupyterLab; deno task notebook --setup installs it"
    : "a cell that fails, or shows a path of this machine, is told and leaves the file as it was",
  ignore: jupyter === null,
  fn: async () => {
    const folder = await world();
    try {
      const file = join(folder, "notebooks", "a b.ipynb");
      const root = fileURLToPath(new URL("../", import.meta.url));
      for (
        const [source, parts] of [
          ["const fine = 1;\nthrow new RangeError('Cannot do <it>');", [
            "a cell fails.\n\nconst fine = 1;\nthrow",
            "RangeError: Cannot do <it>",
            "at <anonymous>:2:7",
          ]],
          [`["${root}lib"]`, ["code cell 2 shows the path", "Show a relative path instead"]],
        ] as const
      ) {
        const text = JSON.stringify(made(['import "../mod.ts";\n1 + 1', source]));
        await Deno.writeTextFile(file, text);
        const { code, err } = await counterproof(["notebook", "--execute", file], { env: offline });
        assertEquals(code, 1, err);
        for (const part of parts) assert(err.includes(part), `${part}: ${err}`);
        assert(!err.includes("Traceback") && !err.includes("nbclient"), err);
        assertEquals(await Deno.readTextFile(file), text);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
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

/** A notebook of these cells, not yet run. */
function made(sources: readonly string[]): unknown {
  const cell = (source: string, i: number) => {
    return { cell_type: "code", id: `c${i}`, metadata: {}, source, outputs: [], execution_count: null };
  };
  const metadata = { kernelspec: { display_name: "Deno", language: "typescript", name: "deno" } };
  return { cells: sources.map(cell), metadata, nbformat: 4, nbformat_minor: 5 };
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
