/** Where a run's network puts images: what figures of embeddings and their distances are made of. */
import { openCaptions } from "./data/captions.ts";
import { strictly } from "./data/batches.ts";
import { gatherSamples } from "./data/pairs.ts";
import { makersFor } from "./data/pipeline_maker.ts";
import { type BackendName, useBackend } from "./engine/backend.ts";
import { disposeTree } from "./engine/tree.ts";
import { looker } from "./evaluate/looker.ts";
import { CHUNK, outputsOf } from "./evaluate/predict.ts";
import { experiment } from "./experiment.ts";
import { modelView } from "./models/model.ts";
import { random } from "./random.ts";
import { findKept, keptNetwork } from "./train/kept.ts";
import type { Pair, RunRecord, Sample } from "./types.ts";

/** One image as the network puts it. */
export interface Embedding {
  /** Of the sample; a reconstruction has that of what it was made from. */
  readonly id: string;
  /** Photograph, fake, or the reconstruction of either. */
  readonly group: "real" | "fake" | "realRec" | "fakeRec";
  /** [D], not normalised. */
  readonly x: Float32Array;
}

/** What is looked at, and where. */
export interface EmbeddingOptions {
  /** Most validation samples of each class that are looked at, drawn by the seed 1; default: 500. */
  readonly most?: number;
  /** Folder of runs, in which a record's run is found. */
  readonly runs?: string;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of weights, in which the vocabulary of captions is looked for before the cache of the hub; null: none. */
  readonly weights?: string | null;
  /** Folder of what parts made. */
  readonly artifacts?: string;
  /** What operations run on; default "auto": tensorflow where it is built, else wasm. */
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on. */
  readonly threads?: number;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Embeddings of a run's validation samples, under the network that it kept, each followed by that of its reconstruction
 * where there is one: of both classes, whatever the run trained on.
 *
 * @param run its record, or its folder
 * @throws {Deno.errors.NotFound} when the run, its checkpoint, data or the vocabulary of captions are missing
 * @throws {Error} when it has no checkpoint yet
 * @throws {TypeError} when an image cannot be read
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function embeddings(
  run: RunRecord | string,
  {
    most = 500,
    runs = "runs",
    data = null,
    weights = null,
    artifacts = "artifacts",
    backend = "auto",
    threads,
    signal,
  }: EmbeddingOptions = {},
): Promise<Embedding[]> {
  const kept = await findKept(run, { runs, verb: "embed the images of" });
  const definition = experiment(kept.record.experiment);
  const { validation } = await gatherSamples(definition, { data, artifacts, open: makersFor(definition, null) });
  const rows = drawn(validation, most).flatMap(rowsOf);
  await useBackend(backend, { threads });
  const network = await keptNetwork(kept, definition.model);
  try {
    using eye = looker(definition.model, { captions: await openCaptions(definition.model, weights) });
    const sight = { view: definition.view, ...modelView(definition.model) };
    const found: Embedding[] = [];
    for (let from = 0; from < rows.length; from += CHUNK) {
      signal?.throwIfAborted();
      const chunk = rows.slice(from, from + CHUNK);
      const samples = chunk.map(({ sample }) => sample);
      const { embedding, logits, unreadable } = await outputsOf(eye, network, { samples, sight });
      logits.dispose();
      const [width, values] = [embedding.shape[1], await embedding.data() as Float32Array];
      embedding.dispose();
      for (const [i, { id, group, sample }] of chunk.entries()) {
        const reason = unreadable[i];
        if (reason !== null) strictly.ledger.note(sample, { split: "validation", reason });
        found.push({ id, group, x: values.slice(i * width, (i + 1) * width) });
      }
    }
    return found;
  } finally {
    disposeTree(network);
  }
}

/** At most so many pairs of each class, in their order. */
function drawn(pairs: readonly Pair[], most: number): Pair[] {
  const places = (["real", "fake"] as const).flatMap((label) => {
    const members = pairs.flatMap(({ sample }, i) => sample.label === label ? [i] : []);
    const order = random(1, "embeddings", label).permutation(members.length);
    return Array.from(order.subarray(0, most), (i) => members[i]);
  });
  return places.sort((a, b) => a - b).map((i) => pairs[i]);
}

function rowsOf({ sample, reconstruction }: Pair): (Omit<Embedding, "x"> & { readonly sample: Sample })[] {
  const { id, label } = sample;
  const own = { id, group: label, sample };
  return reconstruction === null ? [own] : [own, { id, group: `${label}Rec`, sample: reconstruction }];
}
