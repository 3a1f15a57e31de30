import type { Part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Component, Pipeline, PipelineInfo } from "./pipeline.ts";
import { fitImage, type Fitting, imagesOfValues, resultSides, type Rounding, valuesOfImages } from "./prepare.ts";
import type { Values } from "./values.ts";

/** An image and the id of its sample, by which its noise is drawn. */
export interface Named {
  readonly id: string;
  readonly image: Image;
}

/** What a pipeline's UNet was trained for; null: no UNet is asked. */
export type Sort = "plain" | "inpainting" | null;

/** How one kind of part makes an image of an image. */
export interface Method<P extends Part> {
  /** What of a pipeline it needs. */
  components(spec: P): readonly Component[];
  /** Of what sort the pipeline has to be. */
  sort(spec: P): Sort;
  /** How images are cut and extended. */
  fitting(spec: P): Fitting;
  /** What the sides of what the networks see are a multiple of, pixels: with it, `canvasSides` tells them. */
  multiple(spec: P, info: PipelineInfo): number;
  /**
   * The result for each image of one batch. It depends on the part, the pipeline, the image and its id alone, and not on
   * who stands beside it; only the last digits of float32 may, where a library adds in another order.
   *
   * @throws {RangeError} when the images' `canvasSides` are not the same for all
   * @throws {TypeError} when the pipeline is not of the sort that the method needs
   */
  reconstruct(spec: P, images: readonly Named[], pipeline: Pipeline): Promise<readonly Image[]>;
}

/**
 * What all methods share: images cut, extended and made into values, and the result made into images of the size that was
 * cut to.
 *
 * @param through from values [N, 3, H, W] to as many of the same shape; hears how many numbers the latents of one have
 */
export async function throughPipeline(
  images: readonly Named[],
  pipeline: Pipeline,
  { fitting, multiple, rounding, through }: {
    readonly fitting: Fitting;
    readonly multiple: number;
    readonly rounding?: Rounding;
    readonly through: (values: Values, length: number) => Promise<Values>;
  },
): Promise<readonly Image[]> {
  const values = valuesOfImages(images.map(({ image }) => fitImage(image, fitting, multiple)));
  const [, , height, width] = values.shape;
  const { latentChannels, latentScale } = pipeline.info;
  const length = latentChannels * (height / latentScale) * (width / latentScale);
  return imagesOfValues(
    await through(values, length),
    images.map(({ image }) => resultSides(image, fitting)),
    rounding,
  );
}

/** {@linkcode Method.multiple} of methods that ask the autoencoder alone. */
export function autoencoderMultiple(_spec: unknown, { latentScale }: PipelineInfo): number {
  return latentScale;
}

/** {@linkcode Method.multiple} of methods that ask the network as well, which may want more than the autoencoder. */
export function networkMultiple(_spec: unknown, { latentScale, latentMultiple }: PipelineInfo): number {
  return latentScale * latentMultiple;
}

/**
 * Refuses a pipeline for inpainting where a plain one is needed, and the other way round.
 *
 * @throws {TypeError} with what the pipeline is and what would be right
 */
export function checkSort(kind: string, { info }: Pick<Pipeline, "info">, wanted: Sort): void {
  if (wanted === null || info.inpainting === (wanted === "inpainting")) return;
  const sort = (inpainting: boolean) =>
    inpainting ? "inpainting, with 9 channels" : "plain generation, with 4 channels";
  throw new TypeError(
    `Cannot carry out ${kind}() with the pipeline "${info.name}": it is for ${
      sort(info.inpainting)
    }, expected one for ` +
      `${sort(!info.inpainting)}, as ${wanted === "inpainting" ? '"sd1"' : '"sd15"'}`,
  );
}
