import { backend_util, type NamedAttrMap } from "@tensorflow/tfjs-core";

/** Where the windows of a convolution lie. */
export type ConvPlan = ReturnType<typeof backend_util.computeConv2DInfo>;

/**
 * The windows of a convolution, from the attributes of its kernel.
 *
 * @param input shape of the images
 * @param filter shape of the filter, [R, S, C, D] or depthwise [R, S, C, 1]
 */
export function convPlan(
  input: readonly number[],
  filter: readonly number[],
  { attributes, depthwise }: { readonly attributes: NamedAttrMap; readonly depthwise: boolean },
): ConvPlan {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attributes as never as {
    strides: number | [number, number];
    pad: number | "valid" | "same";
    dilations?: number | [number, number];
    dimRoundingMode?: "floor" | "round" | "ceil";
    dataFormat?: "NHWC" | "NCHW";
  };
  const format = backend_util.convertConv2DDataFormat(dataFormat ?? "NHWC");
  const shapes = [input, filter] as [[number, number, number, number], [number, number, number, number]];
  return backend_util.computeConv2DInfo(
    ...shapes,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    format,
  );
}
