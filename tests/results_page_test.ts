import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNumbers } from "../lib/cli/results_numbers.ts";
import { pocketIdentity } from "../lib/layouts/pocket.ts";
import { assert, assertEquals } from "./assert.ts";

const docs = fileURLToPath(new URL("../docs", import.meta.url));
const remedy = "Write it with: deno task demo --all && deno task results";

Deno.test("docs/results.md speaks of the pocket world that is shipped", async () => {
  const text = await results();
  const hash = await pocketIdentity();
  assert(text.includes(hash), `docs/results.md does not name the world ${hash}: its numbers are another's. ${remedy}`);
});

Deno.test("README.md tells the dual loss's answer in the words of docs/results.md", async () => {
  // it stands first of the systems
  const answers = (await results()).split("\n").filter((line) => /^(Accuracy|AUC) over the unseen/.test(line)).slice(
    0,
    2,
  );
  assert(answers.length === 2, `docs/results.md gives ${answers.length} answers, expected accuracy and AUC`);
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  for (const answer of answers) assert(readme.includes(answer), `README.md lacks: ${answer}`);
});

Deno.test("docs/results.md has beside it the pictures and the numbers that it names, and no others", async () => {
  const text = await results();
  const linked = [...text.matchAll(/^!\[.+\]\((figures\/[^)]+)\)$/gm)].map(([, file]) => file).sort();
  const there = await Array.fromAsync(Deno.readDir(join(docs, "figures")), ({ name }) => `figures/${name}`)
    .catch(() => []);
  assertEquals(there.sort(), linked, remedy);
  if (!text.includes("`results.json`")) return; // of a page that is older than its numbers
  const file = join(docs, "results.json");
  const { world, systems } = parseNumbers(await Deno.readTextFile(file), file);
  assertEquals(world, await pocketIdentity(), remedy);
  for (const { runs } of Object.values(systems)) assert(runs.length > 0, remedy);
});

async function results(): Promise<string> {
  const text = await Deno.readTextFile(join(docs, "results.md")).catch(() => null);
  assert(text !== null, `docs/results.md is missing. ${remedy}`);
  return text;
}
