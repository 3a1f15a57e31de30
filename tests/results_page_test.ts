import { pocketIdentity } from "../lib/layouts/pocket.ts";
import { assert } from "./assert.ts";

const remedy = "Write it with: deno task demo --seeds 5 && deno task results";

Deno.test("docs/results.md speaks of the pocket world that is shipped", async () => {
  const text = await results();
  const hash = await pocketIdentity();
  assert(text.includes(hash), `docs/results.md does not name the world ${hash}: its numbers are another's. ${remedy}`);
});

Deno.test("README.md tells the answer in the words of docs/results.md", async () => {
  const answers = (await results()).split("\n").filter((line) => /^(Accuracy|AUC) over the unseen/.test(line));
  assert(answers.length === 2, `docs/results.md gives ${answers.length} answers, expected accuracy and AUC`);
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  for (const answer of answers) assert(readme.includes(answer), `README.md lacks: ${answer}`);
});

async function results(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../docs/results.md", import.meta.url)).catch(() => null);
  assert(text !== null, `docs/results.md is missing. ${remedy}`);
  return text;
}
