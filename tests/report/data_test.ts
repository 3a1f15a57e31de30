import { compare } from "../../lib/report/compare.ts";
import { dataSection } from "../../lib/report/data.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

const record = syntheticRecord({ name: "one", generators: ["A", "<b>"], sources: 6, probe: 7 });
const told = (records: readonly RunRecord[], audits: { title: string; body: string }[] = []): string =>
  dataSection(records, { table: compare(records), audits }).body;

Deno.test("dataSection() counts what each test set holds", () => {
  const cells = [...told([record]).matchAll(/<td data-value="(\d+)"|<td[^>]*>(\d+)</g)].map(([, a, b]) => a ?? b);
  assertEquals(cells, ["6", "6", "6", "6", "6", "6"]);
  assert(told([record]).includes("&#60;b&#62;"), "a name is no tag");
});

Deno.test("dataSection() names images that could not be read, the first of many", () => {
  const unreadable = Array.from({ length: 7 }, (_, i) => {
    return { id: `n${i}`, file: "f", split: "test" as const, reason: "it is <empty>" };
  });
  const html = told([{ ...record, unreadable }]);
  assert(html.includes("7 images could not be read and were passed over; the first 5:"), html);
  assert(html.includes("n4 (test): it is &#60;empty&#62;") && !html.includes("n5 (test)"), html);
  assert(!told([record]).includes("could not be read"));
});

Deno.test("dataSection() tells what trivial cues reach, and says how to audit where no audit was kept", () => {
  const html = told([record]);
  assert(/Trivial cues alone reach an AUC of \d/.test(html), html);
  assert(html.includes("deno task audit runs/one-"), html);
  const audited = told([record], [{ title: "Audit of <it>", body: "<p>Verdict</p>" }]);
  assert(audited.includes("<h3>Audit of &#60;it&#62;</h3><p>Verdict</p>") && !audited.includes("deno task audit"));
});

Deno.test("dataSection() says whose test sets they are where runs were not tested on the same images", () => {
  const other = syntheticRecord({ name: "two", terms: { other: 1 }, sources: 7 });
  assert(told([record, other]).includes("these are those of one, seed 1"));
  assert(!told([record]).includes("these are those of"));
});
