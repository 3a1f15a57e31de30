import { plot } from "../../lib/report/mod.ts";
import { assertEquals } from "../assert.ts";

Deno.test("plot offers every figure of the room under the name of its file", async () => {
  const makers: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../../lib/report", import.meta.url))) {
    if (!name.endsWith(".ts") || name === "mod.ts") continue;
    const room = await import(`../../lib/report/${name}`) as Record<string, unknown>;
    const maker = name.slice(0, -3);
    const text = await Deno.readTextFile(new URL(`../../lib/report/${name}`, import.meta.url));
    if (typeof room[maker] === "function" && text.includes("): Figure {") && maker !== "figure") makers.push(maker);
  }
  assertEquals(Object.keys(plot).sort(), makers.sort());
});
