import type { Experiment } from "../experiment.ts";
import type { Image } from "../image/decode.ts";
import { random } from "../random.ts";
import type { Label, Pair, Sample } from "../types.ts";
import { wantedOf } from "./batches.ts";
import { seenImage } from "./pixels.ts";

/** What the network sees of one image. */
export interface Looks {
  readonly sample: Sample;
  /** As it is scored: nothing drawn. */
  readonly plain: Image;
  /** As it is trained on, in the first epochs. */
  readonly drawn: readonly Image[];
}

/** A sample of the training split and its reconstruction, where it has one. */
export interface PreviewRow {
  readonly original: Looks;
  readonly reconstruction: Looks | null;
}

/**
 * Some pairs of the training split as the network gets to see them: the very draws that training makes of them in its
 * first epochs. Real and fake ones in turn, chosen by the seed.
 *
 * @param options how many pairs, and how many epochs
 * @throws as `decodeImage`
 */
export async function previewRows(
  { seed, view, augment, batch: { synced } }: Experiment,
  pairs: readonly Pair[],
  { samples, draws }: { readonly samples: number; readonly draws: number },
): Promise<PreviewRow[]> {
  const rows: PreviewRow[] = [];
  for (const pair of chosen(pairs, { seed, count: samples })) {
    const epochs = Array.from(
      { length: draws },
      (_, i) => wantedOf({ ...pair, turn: 0 }, { drawing: { seed, synced }, epoch: i + 1 }),
    );
    const looks = async (sample: Sample, place: number): Promise<Looks> => ({
      sample,
      plain: await seenImage({ file: sample.file, stream: null }, { view, augment }),
      drawn: await Promise.all(epochs.map((wanted) => seenImage(wanted[place], { view, augment }))),
    });
    rows.push({
      original: await looks(pair.sample, 0),
      reconstruction: pair.reconstruction === null ? null : await looks(pair.reconstruction, 1),
    });
  }
  return rows;
}

/** Real and fake pairs in turn, as many as there are up to a count. */
function chosen(pairs: readonly Pair[], { seed, count }: { seed: number; count: number }): Pair[] {
  const [real, fake] = (["real", "fake"] satisfies Label[]).map((label) => {
    const those = pairs.filter(({ sample }) => sample.label === label);
    return Array.from(random(seed, "preview", label).permutation(those.length), (i) => those[i]);
  });
  const turns = Array.from({ length: Math.max(real.length, fake.length) }, (_, i) => [real[i], fake[i]]).flat();
  return turns.filter((pair) => pair !== undefined).slice(0, count);
}
