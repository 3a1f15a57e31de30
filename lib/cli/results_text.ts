/** The results as one page of Markdown. */
import { CLAIMS_NOTE, claimsMarkdown, duration, markdownTable, methodNames, probeNote } from "../report/mod.ts";
import type { RunRecord } from "../types.ts";
import { systemBlocks } from "./results_system.ts";
import { originTable } from "./results_tables.ts";
import type { Told } from "./results_told.ts";

/**
 * The results of systems as Markdown: first what the published claims come to, then what was run, then each system. Holds
 * no date and nothing of the machine it is written on: equal records give equal text. No sentence about a result is
 * written here, they all are functions of its numbers.
 *
 * @param options `world`, hash of the pocket world on which all runs were made; `all`: whether these are all systems
 */
export function resultsText(
  told: readonly Told[],
  { world, all }: { readonly world: string; readonly all: boolean },
): string {
  const claims = told.flatMap((one) => one.claims);
  const records = told.flatMap((one) => one.records);
  const probe = told.flatMap(({ table }) => probeNote(table) ?? []).at(0);
  const blocks = [
    "# Results on the pocket world",
    "Written by `deno task results` from the records of finished runs; nothing here is typed. " +
    "What the pocket world is and what it is not stands in `lib/pocket/README.md`. The numbers that " +
    "`deno task check-results` compares with lie in `results.json`.",
    ...(claims.length === 0 ? [] : [
      "## What the published claims come to here",
      claimsMarkdown(claims, { systems: true }),
      CLAIMS_NOTE,
    ]),
    "## What was run",
    runTable(told),
    "Made with:",
    "```sh\n" + makingCommand(told, { all }) + "\n```",
    originTable(records, world),
    ...(probe === undefined ? [] : [probe]),
    ...told.flatMap(systemBlocks),
  ];
  return blocks.join("\n\n") + "\n";
}

function runTable(told: readonly Told[]): string {
  const seconds = (records: readonly RunRecord[]): number => records.reduce((sum, record) => sum + record.seconds, 0);
  return markdownTable([
    { title: "system", cells: told.map(({ system }) => system.title) },
    { title: "variants", cells: told.map(({ table }) => methodNames(table).join(", ")) },
    { title: "seeds", cells: told.map(({ seeds }) => seeds.join(", ")) },
    { title: "runs", cells: told.map(({ records }) => String(records.length)), right: true },
    { title: "time", cells: told.map(({ records }) => duration(seconds(records))), right: true },
  ]);
}

/** Commands that make the runs; one for each list of seeds. */
function makingCommand(told: readonly Told[], { all }: { readonly all: boolean }): string {
  const backends = [...new Set(told.flatMap(({ records }) => records.map(({ environment }) => environment.backend)))];
  const on = backends.length === 1 ? ` --backend ${backends[0]}` : "";
  const bySeeds = Map.groupBy(told, ({ seeds }) => seeds.join());
  return [...bySeeds.values()].map((some) => {
    const { seeds } = some[0];
    const which = all && bySeeds.size === 1 ? "" : ` --systems ${some.map(({ key }) => key).join(",")}`;
    return `deno task demo --all${which} --seeds ${Math.max(...seeds)}${on}`;
  }).join("\n");
}
