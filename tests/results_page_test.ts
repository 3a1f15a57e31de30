import { pocketIdentity } from "../lib/layouts/pocket.ts";
import { assert } from "./assert.ts";

Deno.test("docs/results.md speaks of the pocket world that is shipped", async () => {
  const file = new URL("../docs/results.md", import.meta.url);
  const text = await Deno.readTextFile(file).catch(() => null);
  const remedy = "Write it with: deno task demo --seeds 5 && deno task results";
  assert(text !== null, `docs/results.md is missing. ${remedy}`);
  const hash = await pocketIdentity();
  assert(text.includes(hash), `docs/results.md does not name the world ${hash}: its numbers are another's. ${remedy}`);
});
