import { apartText, type Judgement, verdictText } from "./claims.ts";
import { markdownTable } from "./markdown.ts";
import { correctedPs, pText } from "./pairs.ts";

/** A number that was published of a variant at full size. */
export interface PublishedFigure {
  readonly variant: string;
  /** What it was tested on. */
  readonly data: string;
  readonly metric: "accuracy" | "auc" | "averagePrecision";
  readonly percent: number;
}

/** A judged claim as a row of a table. */
export interface ClaimRow extends Judgement {
  /** Title of its system. */
  readonly system: string;
  /** What was published of its two variants, in words. */
  readonly figure: string;
  /** p-value corrected for as many claims as its system has; null where there is none. */
  readonly corrected: number | null;
}

/** The claims of one system with what was published, and p-values corrected by Holm's way for all of them. */
export function claimRows(
  judged: readonly Judgement[],
  { system, figures }: { readonly system: string; readonly figures: readonly PublishedFigure[] },
): ClaimRow[] {
  const corrected = correctedPs(judged.map(({ apart }) => apart));
  return judged.map((one, i) => ({
    ...one,
    system,
    figure: figureText(one.claim, figures),
    corrected: corrected[i],
  }));
}

/** The published figures of a claim's variants in its metric: "81.01 % against 77.18 % (GenImage)"; a dash for none. */
export function figureText({ of, against, metric }: Judgement["claim"], figures: readonly PublishedFigure[]): string {
  const own = figures.filter((one) => one.metric === metric && [of, against].includes(one.variant));
  const texts = [...Map.groupBy(own, ({ data }) => data)].map(([data, some]) => {
    const [mine, other] = [of, against].map((name) => some.find(({ variant }) => variant === name)?.percent);
    const told = mine === undefined
      ? `${against} ${other} %`
      : other === undefined
      ? `${of} ${mine} %`
      : `${mine} % against ${other} %`;
    return `${told} (${data})`;
  });
  return texts.join("; ") || "–";
}

/**
 * Claims as a Markdown table: what was published, what these runs say in the same number, and what that makes of it.
 *
 * @param options `systems`: whether a column names the system, as where there are several
 */
export function claimsMarkdown(rows: readonly ClaimRow[], { systems }: { readonly systems: boolean }): string {
  return markdownTable([
    ...(systems ? [{ title: "system", cells: rows.map(({ system }) => system) }] : []),
    { title: "published", cells: rows.map(({ claim }) => claim.text) },
    { title: "its figure", cells: rows.map(({ figure }) => figure) },
    { title: "here", cells: rows.map(({ claim, apart }) => apart === null ? "–" : compared(claim, apart)) },
    {
      title: "difference [95 %]",
      cells: rows.map(({ apart }) => apart === null ? "–" : apartText(apart)),
      right: true,
    },
    { title: "p", cells: rows.map(({ apart }) => pText(apart?.p ?? null)), right: true },
    { title: "p (Holm)", cells: rows.map((row) => pText(row.corrected)), right: true },
    { title: "comes to", cells: rows.map(verdictText) },
  ]);
}

function compared(
  { of, against }: Judgement["claim"],
  { name, over, digits }: NonNullable<Judgement["apart"]>,
): string {
  return `${of} − ${against}: ${name}${digits === "points" ? ", points" : ""}, over ${over}`;
}

/** What the last column of the table says, and by what. */
export const CLAIMS_NOTE =
  "A claim holds here where the 95 % interval of the paired difference leaves out 0 on the side that is claimed, does " +
  "not hold where it leaves out 0 on the other, and is not told apart where it contains 0; where these runs cannot tell, " +
  "the reason stands beside. p is that of the paired bootstrap, in “p (Holm)” corrected for the claims of its system: one " +
  "that lies below 0.05 alone may be chance. All of it speaks of small detectors on small generators, and neither " +
  "confirms nor refutes what was published.";
