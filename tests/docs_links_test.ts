import { dirname } from "node:path";
import { assertEquals } from "./assert.ts";
import { blocksOf, pages, proseOf, root, textOf } from "./docs_pages.ts";

/** A link or picture of a page that leads into the repository. */
interface Link {
  /** As "README.md:12". */
  readonly place: string;
  /** Path from the page, and what stands behind its "#". */
  readonly path: string;
  readonly anchor: string | null;
}

/** What tasks write, and a checkout may lack. */
const MADE = ["docs/api", "docs/results.json"];

Deno.test("links and pictures of pages lead to files that are there, and to headings in them", async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    for (const { place, path, anchor } of linksIn(page, await textOf(page))) {
      const target = path === "" ? page : decodeURI(new URL(path, new URL(`${dirname(page)}/`, root)).href);
      const file = path === "" ? page : target.slice(decodeURI(root.href).length);
      const there = await Deno.stat(new URL(file, root)).catch(() => null);
      if (there === null) broken.push(`${place} leads to "${file}", which is not there`);
      else if (anchor !== null && !anchorsOf(await textOf(file)).includes(anchor)) {
        broken.push(`${place} leads to "#${anchor}", which is no heading of ${file}`);
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("paths of the repository that pages speak of are there", async () => {
  const missing: string[] = [];
  for (const page of await pages()) {
    const text = await textOf(page);
    // what a page has its reader write begins with its own path
    const written = blocksOf(page, text).map(({ lines: [first] }) => /^\/\/ (\S+)$/.exec(first)?.[1]);
    for (const [i, line] of proseOf(text).split("\n").entries()) {
      for (
        const [, path] of line.matchAll(/`((?:lib|tests|docs|bench|notebooks|experiments)\/[\w./-]*\w\/?)(?:#\w+)?`/g)
      ) {
        if (MADE.includes(path) || written.includes(path)) continue;
        if (await Deno.stat(new URL(path, root)).catch(() => null) === null) missing.push(`${page}:${i + 1} ${path}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("linksIn() finds links and pictures, and leaves addresses and code alone", () => {
  const text = "[a](b.md#c) ![d](e.png)\n`[x](y)` <https://a.b> [f](https://g.h)\n```\n[i](j)\n```\n[k](#l)";
  assertEquals(linksIn("p.md", text), [
    { place: "p.md:1", path: "b.md", anchor: "c" },
    { place: "p.md:1", path: "e.png", anchor: null },
    { place: "p.md:6", path: "", anchor: "l" },
  ]);
});

Deno.test("anchorsOf() names headings as GitHub does", () => {
  assertEquals(anchorsOf("# A `b` c: d\n## LaRE²\n## Same\n## Same\n```\n# no\n```"), [
    "a-b-c-d",
    "lare",
    "same",
    "same-1",
  ]);
});

/** The links of a page into the repository; those into the world are left out. */
function linksIn(page: string, text: string): Link[] {
  return proseOf(text).split("\n").flatMap((line, i) =>
    [...line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, to]): Link[] => {
      if (/^[a-z]+:/.test(to)) return [];
      const [path, anchor = null] = to.split("#");
      return [{ place: `${page}:${i + 1}`, path, anchor }];
    })
  );
}

/** What links to the headings of a page end in. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const name = heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Decimal_Number}\p{Letter_Number}_ -]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}
