import { assert, assertEquals } from "./assert.ts";

/** One example: a fenced block of TypeScript in a docstring or in a page. */
interface Example {
  /** Where it stands, as "lib/definition/grid.ts:25". */
  readonly place: string;
  /** What the block holds, its relative imports made absolute. */
  readonly code: string;
}

const root = new URL("../", import.meta.url);

Deno.test("every example in docstrings and README type-checks and runs", async () => {
  const files = [...await sourcesIn("lib"), ...await sourcesIn("experiments"), "mod.ts", ...await pages()];
  const examples: Example[] = [];
  for (const file of files) examples.push(...examplesIn(file, await Deno.readTextFile(new URL(file, root))));
  assert(examples.some(({ place }) => place.startsWith("mod.ts:")), "the front door has no example");
  const folder = await Deno.makeTempDir();
  try {
    const entries = await Promise.all(examples.map(async ({ place, code }) => {
      const entry = `${folder}/${place.replaceAll(/[^\w.]/g, "_")}.ts`;
      await Deno.writeTextFile(entry, `${code}\nexport {};\n`);
      return entry;
    }));
    const all = `${folder}/all.ts`;
    await Deno.writeTextFile(all, entries.map((entry) => `await import("${new URL(`file://${entry}`)}");`).join("\n"));
    await succeed(["check", ...entries, all]);
    await succeed(["run", "--allow-all", "--no-check", all]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every export has a docstring", async () => {
  const bare: string[] = [];
  for (const file of [...await sourcesIn("lib"), ...await sourcesIn("experiments")]) {
    const lines = (await Deno.readTextFile(new URL(file, root))).split("\n");
    for (const [i, line] of lines.entries()) {
      const declares = /^export (async )?(function|const|interface|type|class) \w/.test(line);
      if (declares && !lines[i - 1]?.trimEnd().endsWith("*/")) bare.push(`${file}:${i + 1} ${line}`);
    }
  }
  assertEquals(bare, []);
});

Deno.test("examplesIn() finds blocks in docstrings and pages, and resolves their imports", () => {
  const docstring = ["/**", " * @example", " * ```ts", ' * import { a } from "./a.ts";', " * a();", " * ```", " */"];
  assertEquals(examplesIn("lib/x/b.ts", docstring.join("\n")), [
    { place: "lib/x/b.ts:3", code: `import { a } from "${new URL("lib/x/a.ts", root)}";\na();` },
  ]);
  const page = ["# Title", "```sh", "deno task test", "```", "", "```ts", 'import { run } from "./mod.ts";', "```"];
  assertEquals(examplesIn("README.md", page.join("\n")), [
    { place: "README.md:6", code: `import { run } from "${new URL("mod.ts", root)}";` },
  ]);
  assertEquals(examplesIn("lib/x/b.ts", "const text = `\n```ts\nno docstring\n```\n`;"), []);
});

/** The blocks fenced as `ts`; in source only those inside docstrings. */
function examplesIn(file: string, text: string): Example[] {
  const found: Example[] = [];
  const gutter = file.endsWith(".ts") ? /^\s*\* ?/ : /^/;
  let block: string[] | null = null;
  for (const [i, line] of text.split("\n").entries()) {
    const inside = gutter.test(line);
    const content = line.replace(gutter, "");
    if (block === null && inside && content.trim() === "```ts") block = [];
    else if (block !== null && content.trim() === "```") {
      const code = block.join("\n").replaceAll(
        /(from |import\()"(\.[^"]+)"/g,
        (_, before, path) => `${before}"${new URL(path, new URL(file, root))}"`,
      );
      found.push({ place: `${file}:${i - block.length}`, code });
      block = null;
    } else block?.push(content);
  }
  return found;
}

async function succeed([command, ...args]: readonly string[]): Promise<void> {
  const config = new URL("deno.json", root).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--quiet", "--config", config, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

async function sourcesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, root))) {
    if (isDirectory) found.push(...await sourcesIn(`${folder}/${name}`));
    else if (name.endsWith(".ts") && !name.endsWith(".as.ts")) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** README and the other pages at the top. */
async function pages(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(root)) if (name.endsWith(".md")) found.push(name);
  return found.sort();
}
