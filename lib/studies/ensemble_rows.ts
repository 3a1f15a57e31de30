import type { OpenMaker } from "../data/lacking.ts";
import { scoreColumns } from "../evaluate/predict.ts";
import { bootstrap, fitProbe, intervals, probeScore } from "../metrics/mod.ts";
import { type LatentError, latentError } from "../reconstruct/mod.ts";
import type { EnsembleRow } from "../report/mod.ts";
import type { Sample, Split } from "../types.ts";
import { chosenSamples, madeOf, makersOf, type StudyOptions } from "./made.ts";
import { channelMeans, mapOf } from "./maps.ts";

/** Which ensembles, and what is learned from. */
export interface EnsembleOptions extends StudyOptions {
  /** Draws of noise that are averaged, each at least 1. */
  readonly sizes: readonly number[];
  /** Split whose images teach what the error says; default: "train". */
  readonly learn?: Split;
  /** How the figure names it; default: "error alone". */
  readonly method?: string;
}

/**
 * How well the error alone tells fakes from photographs as more draws of noise are averaged, and what that costs, for
 * `plot.ensemble`: a logistic regression on the mean error of each channel, fitted to images of one split and asked about
 * those of another. No network looks at the pictures. Accuracy at 0.5 is the mean over test sets, with its 95 % interval
 * over sources.
 *
 * @throws {RangeError} when a size is none, `most` no count, or a split lacks a class
 * @throws {Deno.errors.NotFound} when the pipeline or the data set is missing
 *
 * @example
 * ```ts ignore
 * plot.ensemble(await ensembleRows(latentError({ model: "sd15" }), { of, pipelines, sizes: [1, 2, 4, 8] }));
 * ```
 */
export async function ensembleRows(
  spec: LatentError,
  { sizes, learn = "train", method = "error alone", ...options }: EnsembleOptions,
): Promise<EnsembleRow[]> {
  const specs = sizes.map((ensemble) => latentError({ ...spec, ensemble }));
  const known = await chosenSamples({ ...options, split: learn });
  const asked = await chosenSamples(options);
  const total = specs.length * (known.length + asked.length);
  let done = 0;
  const reading = { open: makersOf(options), signal: options.signal, tell: () => options.tell?.(++done, total) };
  const rows: EnsembleRow[] = [];
  for (const one of specs) {
    const taught = await errorsOf(one, known, reading);
    const tested = await errorsOf(one, asked, reading);
    const probe = fitProbe(taught.map(({ errors }) => errors), known.map(({ label }) => label === "fake" ? 1 : 0));
    const scores = scoreColumns(asked, tested.map(({ errors }) => probeScore(probe, errors)));
    // the median: while other programs run, a few images take many times as long as the rest
    const seconds = tested.map((one) => one.seconds).sort((a, b) => a - b)[tested.length >> 1];
    const { accuracy } = intervals(bootstrap([scores], { trained: [] })).mean;
    rows.push({ method, size: one.ensemble, seconds, accuracy });
  }
  return rows;
}

/** The mean error of each channel of each sample's map. */
async function errorsOf(
  spec: LatentError,
  samples: readonly Sample[],
  { open, signal, tell }: { readonly open: OpenMaker; readonly signal?: AbortSignal; readonly tell: () => void },
): Promise<{ readonly errors: number[]; readonly seconds: number }[]> {
  const found = [];
  for await (const { result, seconds } of madeOf(spec, samples, { open, signal })) {
    found.push({ errors: channelMeans(mapOf(result)), seconds });
    tell();
  }
  return found;
}
