/** What the network gets to see of an experiment's images, as a contact sheet. */
import { gatherSamples } from "./data/pairs.ts";
import { makersFor } from "./data/pipeline_maker.ts";
import { type Looks, type PreviewRow, previewRows } from "./data/preview.ts";
import type { Experiment } from "./experiment.ts";
import type { Image } from "./image/decode.ts";
import { encodeImage } from "./image/encode.ts";
import { composeSheet } from "./image/sheet.ts";
import { DISPLAY } from "./notebook/displayable.ts";
import type { Bundle } from "./notebook/kernel.ts";
import { contactSheet, sheetPage, type SheetPicture } from "./report/contact_sheet.ts";
import { plural } from "./report/text.ts";

/** Where the images are, and how many are shown. */
export interface PreviewOptions {
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of reconstructions made earlier. */
  readonly artifacts?: string;
  /** Pairs of the training split, real and fake ones in turn; default: 6. */
  readonly samples?: number;
  /** Epochs whose draws are shown; default: 5. */
  readonly draws?: number;
}

/** A contact sheet; as a notebook cell's last expression it shows itself. */
export interface Preview {
  /** Ids of the pairs that are shown. */
  readonly rows: readonly { readonly id: string; readonly reconstruction: string | null }[];
  /** A page of its own, which loads nothing. */
  readonly html: string;
  /** The same pictures without words, as the bytes of a PNG. */
  readonly png: Uint8Array;
}

/**
 * Some training samples as the network sees them: each row a sample, its reconstruction, and the draws of the first
 * epochs, those of the reconstruction below those of the sample.
 *
 * @throws {Deno.errors.NotFound} when data or reconstructions are missing
 * @throws {RangeError} when a number of samples or draws is not a whole one from 1 to 100
 * @throws {TypeError} when an image cannot be read
 */
export async function preview(experiment: Experiment, options: PreviewOptions = {}): Promise<Preview> {
  const { data = null, artifacts = "artifacts", samples = 6, draws = 5 } = options;
  for (const [name, value] of Object.entries({ samples, draws })) {
    if (Number.isInteger(value) && value >= 1 && value <= 100) continue;
    throw new RangeError(`Cannot preview ${value} ${name}: expected a whole number from 1 to 100`);
  }
  // error maps are no pictures, and need not be there
  const seen = { ...experiment, model: { ...experiment.model, refine: null } };
  const { train } = await gatherSamples(seen, { data, artifacts, open: makersFor(seen, null) });
  const rows = await previewRows(experiment, train, { samples, draws });
  const sheet = await sheetOf(rows, { draws, side: experiment.view.size });
  const made: Preview = {
    rows: rows.map(({ original, reconstruction }) => ({
      id: original.sample.id,
      reconstruction: reconstruction?.sample.id ?? null,
    })),
    html: sheetPage({ title: `${experiment.name}: what the network sees`, note: noteOf(experiment), sheet }),
    png: await pngOf(rows, draws),
  };
  const bundle: Bundle = { "text/html": sheet, "text/plain": `Contact sheet of ${plural(rows.length, "sample")}` };
  return Object.defineProperty(made, DISPLAY, { value: () => bundle });
}

function noteOf({ view, augment, reconstruct, batch: { synced } }: Experiment): string {
  const done = augment.length === 0 ? "nothing" : augment.map(({ kind }) => kind).join(", ");
  const both = `A sample and its reconstruction get ${synced ? "the same draw" : "draws of their own"}. `;
  return `Seen through ${view.kind}() of ${view.size} pixels. In training: ${done}, then the view at a random place. ` +
    `${reconstruct === null || reconstruct.kind === "residual" ? "" : both}Draw 1 is that of the first epoch.`;
}

async function sheetOf(
  rows: readonly PreviewRow[],
  { draws, side }: { draws: number; side: number },
): Promise<string> {
  const heads = ["sample", "reconstruction", ...Array.from({ length: draws }, (_, i) => `draw ${i + 1}`)];
  const shown = await Promise.all(rows.map(async ({ original, reconstruction }) => {
    const { sample: { id, label, generator } } = original;
    const both = reconstruction === null ? [original] : [original, reconstruction];
    const cells = [
      [await pictureOf(original.plain, `${id}, as it is scored`)],
      reconstruction === null
        ? []
        : [await pictureOf(reconstruction.plain, `the reconstruction of ${id}, as it is scored`)],
      ...await Promise.all(Array.from({ length: draws }, (_, i) => drawnCell(both, i))),
    ];
    return { title: id, note: generator === null ? label : `${label}, ${generator}`, cells };
  }));
  return contactSheet({ heads, rows: shown, side });
}

async function drawnCell(looks: readonly Looks[], i: number): Promise<SheetPicture[]> {
  return await Promise.all(looks.map(({ drawn, sample }) => pictureOf(drawn[i], `${sample.id} in epoch ${i + 1}`)));
}

async function pictureOf(image: Image, about: string): Promise<SheetPicture> {
  const png = await encodeImage(image, { format: "png" });
  return { source: `data:image/png;base64,${png.toBase64()}`, about };
}

/** Two lines a pair, of which the second is left out where there is no reconstruction. */
async function pngOf(rows: readonly PreviewRow[], draws: number): Promise<Uint8Array> {
  const patches = rows.flatMap(({ original, reconstruction }) => [
    original.plain,
    reconstruction?.plain ?? null,
    ...original.drawn,
    ...reconstruction === null ? [] : [null, null, ...reconstruction.drawn],
  ]);
  return await encodeImage(composeSheet(patches, draws + 2, { gap: 4 }), { format: "png" });
}
