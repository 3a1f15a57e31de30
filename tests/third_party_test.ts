import { assert, assertEquals } from "./assert.ts";

interface Lock {
  /** By package, version and peers. */
  readonly npm: Readonly<Record<string, unknown>>;
}

const root = new URL("../", import.meta.url);

Deno.test("THIRD_PARTY.md names every package that deno.json imports, its licence and its room", async () => {
  const named = packageRows(await page());
  const { imports } = await json<{ imports: Record<string, string> }>("deno.json");
  assertEquals(named.map(({ name }) => name), Object.keys(imports).sort());
  for (const { name, licence, room } of named) {
    const [, kind, at] = /^(npm|jsr):.*@\^?([\d.]+)$/.exec(imports[name])!;
    // a package of JSR is not in npm's cache; the project carries its interface itself
    if (kind === "npm") assertEquals([name, licence], [name, await licenceOf(name, at)]);
    assert((await Deno.stat(new URL(room, root))).isDirectory, room);
  }
});

Deno.test("THIRD_PARTY.md names every further package of deno.lock under its licence", async () => {
  const text = await page();
  const { npm } = await json<Lock>("deno.lock");
  const tests = tableOf(text, "For tests and benches alone").flatMap(([what]) => what.split(", "));
  const elsewhere = new Set([...packageRows(text).map(({ name }) => name), ...tests.map((name) => name.slice(1, -1))]);
  const listed = new Map(licenceRows(text).flatMap(({ licence, names }) => names.map((name) => [name, licence])));
  const wanted = new Map<string, string>();
  for (const key of Object.keys(npm)) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    if (!elsewhere.has(name)) wanted.set(name, version);
  }
  assertEquals([...listed.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, version] of wanted) {
    // what is for other systems is not on this machine
    const licence = await licenceOf(name, version).catch(() => null);
    if (licence !== null) assertEquals([name, listed.get(name)], [name, licence]);
  }
});

function page(): Promise<string> {
  return Deno.readTextFile(new URL("THIRD_PARTY.md", root));
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, root))) as T;
}

/** Rows of the table of imports. */
function packageRows(text: string): { name: string; licence: string; room: string }[] {
  return tableOf(text, "Packages that the program imports").map(([name, licence, room]) => ({
    name: name.slice(1, -1),
    licence,
    room: room.slice(1, -1),
  }));
}

/** Rows of the table of what they bring. */
function licenceRows(text: string): { licence: string; names: string[] }[] {
  return tableOf(text, "What these bring").map(([licence, names]) => ({
    licence,
    names: names.split(", ").map((name) => name.slice(1, -1)),
  }));
}

/** Cells of the table below a heading. */
function tableOf(text: string, heading: string): string[][] {
  const below = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = below.split("\n").filter((line) => line.startsWith("| ")).slice(2);
  assert(rows.length > 0, `THIRD_PARTY.md has no table under "${heading}"`);
  return rows.map((row) => row.slice(2, -2).split(" | "));
}

/** The licence that a package's own file says, from Deno's cache. */
async function licenceOf(name: string, version: string): Promise<string> {
  const file = `${await (cache ??= npmCache())}/registry.npmjs.org/${name}/${version}/package.json`;
  return JSON.parse(await Deno.readTextFile(file)).license;
}

let cache: Promise<string> | null = null;

async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}
