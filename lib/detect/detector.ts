/** A network that is ready to judge photographs, with all that is known of it. */
import type { View } from "../augment/mod.ts";
import type { ReadCaptions } from "../data/captions.ts";
import type { Model, ModelNetwork } from "../models/model.ts";
import type { Sample } from "../types.ts";
import type { Judgement } from "./judgement.ts";
import type { Tested } from "./tested.ts";

/** A detector. Whoever opened it disposes it. */
export interface Detector extends Disposable {
  /** As it was asked for: a run's name, or that of a published detector. */
  readonly name: string;
  /** Where it comes from and what is to be known of it, a sentence each. */
  readonly about: readonly string[];
  /**
   * What the network is made of.
   *
   * @internal
   */
  readonly model: Model;
  /**
   * Its parameters and buffers.
   *
   * @internal
   */
  readonly network: ModelNetwork;
  /** What is seen of an image, nothing drawn, and how its values become the network's. */
  readonly view: View;
  /** (pixel − mean) / std by channel, pixels 0…1: what the network takes. */
  readonly mean: readonly number[];
  /** See `mean`. */
  readonly std: readonly number[];
  /** Threshold, calibration and error rates. */
  readonly judgement: Judgement;
  /** What its error rates were measured on; null: it is not known here. */
  readonly tested: Tested | null;
  /**
   * The image as the network looks at it: with its error map, or as what its reconstruction lost. Null: as it is.
   *
   * @throws {Deno.errors.NotFound} when what was to be made of it before is not there
   */
  readonly prepared: ((sample: Sample) => Promise<Sample>) | null;
  /**
   * What the network reads beside an image, the empty text; null: it reads no captions.
   *
   * @internal
   */
  readonly captions: ReadCaptions | null;
}

/** Where detectors are looked for. */
export interface DetectorPlaces {
  /** Folder of runs. */
  readonly runs: string;
  /** Folder of weights, in which published detectors lie under their names, and the vocabulary; null: none was named. */
  readonly weights: string | null;
  /** Folder of error maps and residuals that were made before. */
  readonly artifacts: string;
  /** Folder that holds the data sets by name, which say what a run was tested on; null: none. */
  readonly data: string | null;
}
