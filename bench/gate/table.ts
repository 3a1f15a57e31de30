/** What a check found, as text for a terminal. */
import { change } from "../../lib/report/numbers.ts";
import { alignedText, plural } from "../../lib/report/text.ts";
import type { Judged, Verdict } from "./judge.ts";

/** A line for each bench: ratio, baseline, change, band, verdict. */
export function checkTable(rows: readonly Judged[]): string {
  const ratio = (value: number | null): string => value === null ? "" : value.toPrecision(3);
  const percent = (share: number): string => `${change(100 * share, 1)} %`;
  return alignedText([
    { title: "bench", cells: rows.map(({ name }) => name), shrinks: true },
    { title: "ratio", cells: rows.map((row) => ratio(row.ratio)), right: true },
    { title: "baseline", cells: rows.map((row) => ratio(row.baseline)), right: true },
    {
      title: "change",
      cells: rows.map((row) =>
        row.ratio === null || row.baseline === null ? "" : percent(row.ratio / row.baseline - 1)
      ),
      right: true,
    },
    {
      title: "band",
      cells: rows.map(({ band }) => band === null ? "" : `${(100 * band).toFixed(1)} %`),
      right: true,
    },
    {
      title: "",
      cells: rows.map(({ verdict, processes }) => processes > 1 ? `${verdict}, in ${processes} processes` : verdict),
    },
  ], { width: 132 });
}

/** The same in a sentence or two. */
export function checkSentence(rows: readonly Judged[], { against }: { readonly against: string }): string {
  const of = (verdict: Verdict): Judged[] => rows.filter((row) => row.verdict === verdict);
  const counts = (["as before", "slower", "faster", "new", "gone"] as const).flatMap((verdict) => {
    const count = of(verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return [
    `${plural(rows.length, "bench").replace("benchs", "benches")} against ${against}: ${counts.join(", ")}.`,
    ...of("slower").map(({ name }) => `Slower: ${name}. Look at it alone with: deno task bench:check --only "${name}"`),
    ...(of("slower").length === 0 ? [] : [
      "If it is meant, commit it, then write a new baseline with: deno task bench:check --update",
    ]),
    ...(of("faster").length + of("new").length === 0 ? [] : [
      "What is faster or new is watched from its new time on once it stands in the baseline: deno task bench:check --update",
    ]),
  ].join("\n");
}
