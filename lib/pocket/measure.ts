import { cues } from "../image/cues.ts";
import type { Image } from "../image/decode.ts";
import { auc } from "../metrics/auc.ts";
import { psnr } from "./psnr.ts";

/** Pictures of a world that belong side by side, as {@linkcode measure} needs them. */
export interface Album {
  /** Test photographs. */
  readonly real: readonly Image[];
  /** Test patches that fakes were made from. */
  readonly source: readonly Image[];
  /** By generator, in the order of `source`. */
  readonly fakes: Readonly<Record<string, readonly Image[]>>;
  /** Photographs and fakes with their reconstructions, in the same order. */
  readonly pairs: {
    readonly real: readonly Image[];
    readonly realReconstruction: readonly Image[];
    readonly fake: readonly Image[];
    readonly fakeReconstruction: readonly Image[];
  };
}

/** What can be said of a world without a detector, as tables in Markdown. */
export async function measure({ real, source, fakes, pairs }: Album): Promise<string> {
  const named: [string, readonly Image[], readonly Image[]][] = [
    ...Object.entries(fakes).map(([id, made]): [string, readonly Image[], readonly Image[]] => [id, real, made]),
    ["their sources (no fakes)", real, source],
    ["reconstructions of photographs", pairs.real, pairs.realReconstruction],
  ];
  const rows = await Promise.all(named.map(async ([name, photographs, made]) => {
    const values = await Promise.all(
      Object.values(cues).map(async (cue) => {
        const scores = await Promise.all([...photographs, ...made].map(cue));
        const labels = scores.map((_, i) => i < photographs.length ? 0 : 1);
        return auc(labels, scores).toFixed(3);
      }),
    );
    return `| ${[name, ...values].join(" | ")} |`;
  }));
  const likeness = [
    ...Object.entries(fakes).map(([id, made]): [string, number] => [`${id}, its sources`, psnr(made, source)]),
    ["reconstructions of photographs, the photographs", psnr(pairs.realReconstruction, pairs.real)] as const,
    ["reconstructions of fakes, the fakes", psnr(pairs.fakeReconstruction, pairs.fake)] as const,
  ];
  return [
    "Area under the ROC curve of one number against the label, on the test split (.5 says nothing; above, the fakes have more of it):",
    "",
    `| fakes | ${Object.keys(cues).join(" | ")} |`,
    `|---|${"---|".repeat(Object.keys(cues).length)}`,
    ...rows,
    "",
    "Peak signal-to-noise ratio:",
    "",
    "| pictures, against | dB |",
    "|---|---|",
    ...likeness.map(([name, value]) => `| ${name} | ${value.toFixed(1)} |`),
  ].join("\n");
}
