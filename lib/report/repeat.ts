/** How to do some runs again: their definitions to save, and the commands. */
import type { Layout } from "../layouts/mod.ts";
import { runFolder } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import { note, type Section } from "./document.ts";
import { escapeHtml, join } from "./html.ts";
import { quoted } from "./quoted.ts";
import { plural } from "./text.ts";

/** Name under which the definitions are saved. */
const FILE = "definitions.json";

/**
 * Commands that make the runs again from what stands in the page.
 *
 * @param report the command that makes the page again from the runs
 */
export function repeatSection(records: readonly RunRecord[], { report }: { readonly report: string }): Section {
  const definitions = new TextEncoder().encode(JSON.stringify(records.map(({ experiment }) => experiment), null, 2));
  const commits = [...new Set(records.flatMap(({ environment: { commit } }) => commit ?? []))];
  const weights = [...new Set(records.flatMap(({ experiment }) => experiment.model?.backbone.weights ?? []))];
  const changed = commits.some((commit) => commit.endsWith("+changes"));
  const lines = [
    ...commits.slice(0, 1).map((commit) => `git checkout ${commit.replace("+changes", "")}`),
    ...weights.map((name) => `deno task weights get ${quoted(name)}`),
    runCommand(records),
    report,
  ];
  return {
    id: "repeat",
    title: "Do it again",
    body: join([
      `<p>The definitions of ${plural(records.length, "run")}, with every default written out, are in ` +
      `<a download="${FILE}" href="data:application/json;base64,${definitions.toBase64()}">${FILE}</a>, which lies in ` +
      "this page. In a checkout of Counterproof:</p>",
      `<pre tabindex="0">${escapeHtml(lines.join("\n"))}</pre>`,
      ...(commits.length > 1
        ? [note(`The runs were made at ${commits.length} commits; each run's own stands below.`)]
        : []),
      ...(changed ? [note("The checkout had changes that no commit holds.")] : []),
    ]),
  };
}

function runCommand(records: readonly RunRecord[]): string {
  const backends = new Set(records.map(({ environment }) => environment.backend));
  const making = records.some(({ experiment: { reconstruct } }) => (reconstruct ?? null) !== null);
  return `deno task run ${FILE}${dataOption(records)}${making && !isShipped(records) ? " --pipelines DIR" : ""}` +
    (backends.size === 1 ? ` --backend ${quoted([...backends][0])}` : "");
}

/** The command that audits the data of a run and keeps what it finds beside it. */
export function auditCommand(records: readonly RunRecord[]): string {
  const [{ id, experiment: { name } }] = records;
  return `deno task audit ${runFolder("runs", { name, id })}${dataOption(records)}`;
}

function dataOption(records: readonly RunRecord[]): string {
  return isShipped(records) ? "" : " --data DIR";
}

/** Whether all data come with the library, as the pocket world does. */
function isShipped(records: readonly RunRecord[]): boolean {
  const innermost = (layout: Layout): Layout => "of" in layout ? innermost(layout.of as Layout) : layout;
  return records.every(({ experiment: { data } }) =>
    [...data.train, ...data.validation ?? [], ...data.test].every((layout) => innermost(layout).kind === "pocket")
  );
}
