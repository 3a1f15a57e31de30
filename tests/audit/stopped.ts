// A program for resume_test.ts: audits a folder that GenImage's layout has, and says after every few images how far it is.
import { auditEvents } from "../../lib/audit/audit.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { genImage } from "../../lib/layouts/mod.ts";

const [data, artifacts] = Deno.args;
const sources = everySplit(genImage({ generators: ["sd14"] }));
for await (const { done, doing } of auditEvents(sources, { data, artifacts, part: 16 })) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${doing} ${done}\n`));
}
