import { join } from "node:path";
import { keepAudit } from "../../lib/audit/kept.ts";
import type { Audit } from "../../lib/audit/audit.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const found: Audit = {
  ...{ verdict: "biased", reasons: ["Headers alone <tell> them."], protocol: [], probe: null, properties: null },
  ...{ tables: { groups: [], spectra: [], duplicates: null }, twins: [], spectrumSize: null, unreadable: [] },
};

/** A runs folder with the four variants, finished, and an audit beside two of them. */
async function inRuns(body: (runs: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    for (const [i, record] of syntheticAblation().entries()) {
      const id = `${i}abc`.repeat(16);
      const place = runFolder(runs, { name: record.experiment.name, id });
      await writeRecord(place, { ...record, id, started: `2026-11-2${i}T00:00:00.000Z` });
      if (i > 1) await keepAudit(place, { made: "2026-11-26T01:00:00.000Z", limit: 9, headersOnly: true, found });
    }
    await body(runs, folder);
  });
}

Deno.test("report writes the runs that are named as one page, under the question that is asked", async () => {
  await inRuns(async (runs, folder) => {
    const page = join(folder, "pages", "it.html");
    const asked = ["--question", "Is <it> so?"];
    const { code, out, err } = await counterproof(["report", "plain", "dual", "-o", page, ...asked, "--runs", runs]);
    assertEquals([code, err], [0, ""]);
    assert(out.startsWith("2 runs of 2 methods: file://") && out.includes("it.html"), out);
    const html = await Deno.readTextFile(page);
    for (
      const part of [
        "<h1>Is &#60;it&#62; so?</h1>",
        "dual − plain",
        "Audit of the data of dual, 2026-11-26",
        "Headers alone &#60;tell&#62; them.",
        "task report plain dual -o ",
      ]
    ) assert(html.includes(part), part);
    assertEquals([...html.matchAll(/<h3>Audit of/g)].length, 1);
  });
});

Deno.test("report without names takes all that are finished, and speaks JSON", async () => {
  await inRuns(async (runs, folder) => {
    const page = join(folder, "all.html");
    const { code, out } = await counterproof(["report", "--out", page, "--runs", runs, "--json"]);
    assertEquals([code, JSON.parse(out)], [0, { file: page, runs: 4, methods: 4 }]);
    // of equal audits one is shown
    assertEquals([...(await Deno.readTextFile(page)).matchAll(/<h3>Audit of/g)].length, 1);
  });
});

Deno.test("report refuses runs that are not there", async () => {
  await inRuns(async (runs) => {
    const unknown = await counterproof(["report", "dula", "--runs", runs]);
    assert(unknown.code === 2 && unknown.err.includes('did you mean "dual"?'), unknown.err);
    const none = await counterproof(["report", "--runs", join(runs, "none")]);
    assert(none.code === 1 && none.err.includes("Cannot report on runs in"), none.err);
  });
});
