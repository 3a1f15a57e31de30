import type { CompareRow } from "./compare.ts";
import { ink, type Look, look } from "./figure.ts";

/** A method or the probe as a figure shows it. */
export interface Mark {
  readonly name: string;
  readonly kind: CompareRow["kind"];
  readonly rows: readonly CompareRow[];
  /** The n-th method's, grey for a probe. */
  readonly look: Omit<Look, "symbol"> & { readonly symbol: Look["symbol"] | "diamond-open" };
}

/** The rows of a comparison by whom they belong to, methods before probes. */
export function marksOf(rows: readonly CompareRow[]): Mark[] {
  return (["method", "probe"] as const).flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    return [...new Set(own.map(({ method }) => method))].map((name, i) => ({
      name,
      kind,
      rows: own.filter(({ method }) => method === name),
      look: kind === "probe"
        ? { ...look(i), colour: ink.text, symbol: "diamond-open" as const, hatch: "" as const }
        : look(i),
    }));
  });
}
