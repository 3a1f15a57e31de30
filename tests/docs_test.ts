import { dirname } from "node:path";
import { assert, assertEquals } from "./assert.ts";
import { blocksOf, filesIn, pages, root, textOf } from "./docs_pages.ts";

/** One example: a fenced block of TypeScript in a docstring or in a page. */
interface Example {
  /** Where it stands, as "lib/definition/grid.ts:25". */
  readonly place: string;
  /** What the block holds, its relative imports made absolute. */
  readonly code: string;
  /** Whether it is run too; what a page marks "ts check" needs data or hours. */
  readonly runs: boolean;
}

Deno.test("every example in docstrings and pages type-checks, and those that need nothing run", async () => {
  const files = [...await sourcesIn("lib"), ...await sourcesIn("experiments"), "mod.ts", ...await pages()];
  const examples: Example[] = [];
  for (const file of files) examples.push(...examplesIn(file, await textOf(file)));
  assert(examples.some(({ place }) => place.startsWith("mod.ts:")), "the front door has no example");
  const folder = await Deno.makeTempDir();
  try {
    const entries = await Promise.all(examples.map(async ({ place, code, runs }) => {
      const entry = `${folder}/${place.replaceAll(/[^\w.]/g, "_")}.ts`;
      await Deno.writeTextFile(entry, `${code}\nexport {};\n`);
      return { entry, runs };
    }));
    const all = `${folder}/all.ts`;
    const run = entries.filter(({ runs }) => runs).map(({ entry }) => `await import("${new URL(`file://${entry}`)}");`);
    await Deno.writeTextFile(all, run.join("\n"));
    await succeed(["check", ...entries.map(({ entry }) => entry), all]);
    await succeed(["run", "--allow-all", "--no-check", all]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every export has a docstring", async () => {
  const bare: string[] = [];
  for (const file of [...await sourcesIn("lib"), ...await sourcesIn("experiments")]) {
    const lines = (await textOf(file)).split("\n");
    for (const [i, line] of lines.entries()) {
      const declares = /^export (async )?(function|const|interface|type|class) \w/.test(line);
      if (declares && !lines[i - 1]?.trimEnd().endsWith("*/")) bare.push(`${file}:${i + 1} ${line}`);
    }
  }
  assertEquals(bare, []);
});

Deno.test("all that the front door offers is described, in types that it offers as well", async () => {
  await succeed(["doc", "--lint", "mod.ts"]);
});

Deno.test("examplesIn() finds blocks in docstrings and pages, and resolves their imports", () => {
  const docstring = ["/**", " * @example", " * ```ts", ' * import { a } from "./a.ts";', " * a();", " * ```", " */"];
  assertEquals(examplesIn("lib/x/b.ts", docstring.join("\n")), [
    { place: "lib/x/b.ts:4", code: `import { a } from "${new URL("lib/x/a.ts", root)}";\na();`, runs: true },
  ]);
  const page = [
    "# Title",
    "```sh",
    "deno task test",
    "```",
    "",
    "```ts check",
    'import { run } from "./mod.ts";',
    "```",
  ];
  assertEquals(examplesIn("README.md", page.join("\n")), [
    { place: "README.md:7", code: `import { run } from "${new URL("mod.ts", root)}";`, runs: false },
  ]);
  const named = ["```ts", "// lib/losses/focal.ts", 'import { auc } from "./auc.ts";', "```"];
  assertEquals(examplesIn("docs/guides/own_loss.md", named.join("\n")).map(({ code }) => code), [
    `// lib/losses/focal.ts\nimport { auc } from "${new URL("lib/losses/auc.ts", root)}";`,
  ]);
  assertEquals(examplesIn("lib/x/b.ts", "const text = `\n```ts\nno docstring\n```\n`;"), []);
});

/**
 * The blocks fenced as `ts` or `ts check`; in source only those inside docstrings. Imports are relative to the file whose
 * path a block's first line says, otherwise to the file that it stands in.
 */
function examplesIn(file: string, text: string): Example[] {
  const gutter = /^\s*\* ?/;
  const isSource = file.endsWith(".ts");
  // lines of code become empty ones, so that what is left counts its lines as before
  const shown = isSource ? text.split("\n").map((line) => gutter.test(line) ? line.replace(gutter, "") : "") : null;
  return blocksOf(file, shown?.join("\n") ?? text).filter(({ info }) => /^ts( check)?$/.test(info))
    .map(({ place, info, lines }) => {
      const base = /^\/\/ (\S+\.ts)$/.exec(lines[0])?.[1] ?? file;
      const code = lines.join("\n").replaceAll(
        /(from |import\()"(\.[^"]+)"/g,
        (_, before, path) => `${before}"${new URL(path, new URL(`${dirname(base)}/`, root))}"`,
      );
      return { place, code, runs: info === "ts" };
    });
}

async function succeed([command, ...args]: readonly string[]): Promise<void> {
  const config = new URL("deno.json", root).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--quiet", "--config", config, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

async function sourcesIn(folder: string): Promise<string[]> {
  return (await filesIn(folder, ".ts")).filter((name) => !name.endsWith(".as.ts"));
}
