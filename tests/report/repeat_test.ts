import type { Experiment } from "../../lib/experiment.ts";
import { auditCommand, repeatSection } from "../../lib/report/repeat.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

/** The commands of the section, as a reader sees them. */
function commands(records: readonly RunRecord[]): string[] {
  const { body } = repeatSection(records, { report: "deno task report one -o page.html" });
  const shown = /<pre[^>]*>([^<]*)<\/pre>/.exec(body)![1];
  return shown.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))).split("\n");
}

const record = syntheticRecord({ name: "Ours, λ = 1" });

Deno.test("repeatSection() runs what the page holds, and makes the page again", () => {
  assertEquals(commands([record]), [
    "deno task run definitions.json --backend wasm",
    "deno task report one -o page.html",
  ]);
  const { body } = repeatSection([record, record], { report: "" });
  const packed = /download="definitions.json" href="data:application\/json;base64,([^"]+)"/.exec(body)![1];
  const text = new TextDecoder().decode(Uint8Array.fromBase64(packed));
  assertEquals(JSON.parse(text), [record.experiment, record.experiment]);
});

Deno.test("repeatSection() names commit, data, weights and pipelines where runs need them", () => {
  const experiment = {
    ...record.experiment,
    data: { ...record.experiment.data, test: [{ kind: "matched", of: { kind: "genImage" } }] },
    model: { backbone: { weights: "convnext_base" } },
    reconstruct: { kind: "inpainting" },
  } as unknown as Experiment;
  const environment = { ...record.environment, commit: "0123abc+changes", backend: "w; rm -r ." };
  assertEquals(commands([{ ...record, experiment, environment }]).slice(0, -1), [
    "git checkout 0123abc",
    "deno task weights get convnext_base",
    "deno task run definitions.json --data DIR --pipelines DIR --backend 'w; rm -r .'",
  ]);
  assert(repeatSection([{ ...record, experiment, environment }], { report: "" }).body.includes("no commit holds"));
});

Deno.test("auditCommand() names the folder of the run", () => {
  assertEquals(auditCommand([{ ...record, id: "c".repeat(64) }]), "deno task audit runs/ours-λ-1-cccccccccccc");
});
