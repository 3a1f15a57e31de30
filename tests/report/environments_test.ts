import { environmentFacts, environmentsHtml } from "../../lib/report/environments.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

const [here, there] = [1, 2].map((seed) => syntheticRecord({ name: "one", seed }));
const elsewhere = { ...there, environment: { ...there.environment, backend: "tensorflow", commit: "<b>" } };

Deno.test("environmentsHtml() tells what runs share once, without a table where nothing differs", () => {
  const html = environmentsHtml([here, there]);
  assert(!html.includes("<table") && html.includes("<dt>time</dt><dd>4 min 10 s for 2 runs</dd>"), html);
  assertEquals([...html.matchAll(/<dt>backend</g)].length, 1);
});

Deno.test("environmentsHtml() tells in what runs differ by run, as text", () => {
  const html = environmentsHtml([here, elsewhere]);
  const heads = [...html.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, title]) => title);
  assertEquals(heads, ["Run", "backend", "commit"]);
  assert(html.includes("tensorflow, 2 threads") && html.includes("&#60;b&#62;"), html);
});

Deno.test("environmentFacts() has no fact without a value", () => {
  assertEquals(environmentFacts(here).filter(([name, value]) => name === "" || value === ""), []);
});
