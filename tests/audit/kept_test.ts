import { join } from "node:path";
import { audit } from "../../lib/audit/audit.ts";
import { AUDIT, keepAudit, readKeptAudit } from "../../lib/audit/kept.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { auditBody } from "../../lib/audit/page.ts";
import { genImage } from "../../lib/layouts/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { plant } from "./planted.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

await plant(folder, { count: 8, real: () => ({ format: "jpeg", quality: 90 }), fake: () => ({ format: "png" }) });
const found = await audit(everySplit(genImage({ generators: ["sd14"] })), { data: folder, headersOnly: true });
const kept = { made: "2026-11-26T01:00:00.000Z", limit: null, headersOnly: true, found };

Deno.test("an audit that is kept beside a run is read as it was, and there is none before", async () => {
  assertEquals(await readKeptAudit(folder), null);
  await keepAudit(folder, kept);
  const read = await readKeptAudit(folder);
  assertEquals(JSON.parse(JSON.stringify(read)), { format: 1, ...JSON.parse(JSON.stringify(kept)) });
  assertEquals(auditBody(read!.found, read!), auditBody(found, kept));
});

Deno.test("auditBody() tells verdict, reasons, how much was read, and the groups", () => {
  const html = auditBody({ ...found, reasons: ["It is <so>."] }, { limit: 2000, headersOnly: true });
  for (
    const part of [
      "Verdict: biased.",
      "It is &#60;so&#62;.",
      "the headers alone of at most 2,000 images of each group",
      "<caption>",
    ]
  ) assert(html.includes(part), `${part}\n${html}`);
  assert(auditBody(found, { limit: null, headersOnly: false }).includes("and the pictures of all images"));
});

Deno.test("a kept audit that is damaged or of another form is refused by its file", async () => {
  for (const [text, reason] of [["{", "it is no JSON"], ['{"format": 9}', "it is of format 9, expected 1"]]) {
    await Deno.writeTextFile(join(folder, AUDIT), text);
    const { message } = await assertRejects(() => readKeptAudit(folder), Error);
    assert(message.includes(join(folder, AUDIT)) && message.includes(reason), message);
  }
});
