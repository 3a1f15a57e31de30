/**
 * `deno task test:notebooks`: executes notebooks from top to bottom in fresh kernels, twice. By itself {@linkcode USUAL},
 * all with COUNTERPROOF_FULL=1, and those whose numbers are typed: `deno task test:notebooks 03 05`.
 */
import { findJupyter } from "../lib/cli/jupyter.ts";
import { assertEquals } from "./assert.ts";
import { browserNames, findBrowser } from "./browser.ts";
import {
  type Cell,
  cellsOf,
  checkOutputs,
  checkPage,
  codeCells,
  executeCopy,
  notebooks,
  textOf,
  world,
} from "./notebooks.ts";

/** Numbers of the notebooks that are executed where none is typed: training on reconstructions, and on kept features. */
const USUAL = ["02", "05"];

const jupyter = await findJupyter();
const browser = findBrowser();
const all = await notebooks();
const typed = Deno.args.length > 0 ? Deno.args : Deno.env.get("COUNTERPROOF_FULL") === "1" ? [""] : USUAL;
const chosen = all.filter(({ name }) => typed.some((number) => name.startsWith(number)));

Deno.test("every number that is typed is a notebook's", () => {
  const unknown = typed.filter((number) => !all.some(({ name }) => name.startsWith(number)));
  assertEquals(unknown, [], `there are ${all.map(({ name }) => name).join(", ")}`);
});

for (const { name, notebook } of chosen) {
  Deno.test({
    name: jupyter === null
      ? `${name}: LEFT OUT, found no JupyterLab; deno task notebook --setup installs it`
      : `${name} runs in a fresh kernel without a network, and again from the store`,
    ignore: jupyter === null,
    fn: async (test) => {
      const folder = await world();
      try {
        const [file, first] = await timed(() => executeCopy(name, folder));
        const cells = await cellsOf(file);
        checkOutputs(name, cells);
        // wasm computes the same bits on every machine
        assertEquals(tablesOf(cells), tablesOf(codeCells(notebook)), `${name} is committed with other tables`);
        await test.step({
          name: browser === null
            ? `its page in a browser: LEFT OUT, found none of ${browserNames.join(", ")} on this machine`
            : "as nbconvert's page it draws every figure in a browser, which fetches nothing",
          ignore: browser === null,
          fn: () => checkPage(file, jupyter!),
        });
        const [, second] = await timed(() => executeCopy(name, folder));
        const again = await cellsOf(file);
        checkOutputs(name, again);
        assertEquals(tablesOf(again), tablesOf(cells));
        const made = again.flatMap(({ outputs = [] }) => outputs)
          .filter(({ output_type }) => output_type === "display_data")
          .filter(({ data }) => !textOf(data?.["text/plain"] ?? "").includes("(found finished)"));
        assertEquals(made, [], `${name} trains again what is there`);
        // deno-lint-ignore no-console -- what a reader of the log wants to know
        console.log(`${name}: ${Math.round(first)} s with training, ${Math.round(second)} s from the store`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** What cells show of records side by side, as text. */
function tablesOf(cells: readonly Cell[]): string[] {
  return cells.filter(({ source }) => /\b(compare|differences|differenceSentence)\(/.test(textOf(source)))
    .flatMap(({ outputs = [] }) => outputs.filter(({ output_type }) => output_type === "execute_result"))
    .map(({ data }) => textOf(data?.["text/markdown"] ?? data?.["text/plain"] ?? ""));
}

async function timed<T>(make: () => Promise<T>): Promise<[T, seconds: number]> {
  const began = performance.now();
  return [await make(), (performance.now() - began) / 1000];
}
