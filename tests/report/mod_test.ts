import { plot } from "../../lib/report/mod.ts";
import { assertEquals } from "../assert.ts";

Deno.test("plot offers every figure of the room under the name of its file", async () => {
  const makers: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../../lib/report", import.meta.url))) {
    if (!name.endsWith(".ts") || name === "mod.ts") continue;
    const room = await import(`../../lib/report/${name}`) as Record<string, unknown>;
    const maker = name.slice(0, -3).replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    const text = await Deno.readTextFile(new URL(`../../lib/report/${name}`, import.meta.url));
    const makes = new RegExp(`export function ${maker}\\([^{]*\\{?[^;]*?\\): Figure \\{`).test(text);
    if (typeof room[maker] === "function" && makes && !["figure", "heat"].includes(maker)) makers.push(maker);
  }
  assertEquals(Object.keys(plot).sort(), makers.sort());
});

Deno.test("every figure's docstring has an example that runs", async () => {
  for (const name of Object.keys(plot)) {
    const file = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const text = await Deno.readTextFile(new URL(`../../lib/report/${file}.ts`, import.meta.url));
    const [before] = text.split(`export function ${name}(`);
    const docstring = before.slice(before.lastIndexOf("/**"));
    assertEquals(/```ts\n(.*\n)* \* plot\.\w+\(/.test(docstring) && docstring.includes(`plot.${name}(`), true, name);
  }
});
