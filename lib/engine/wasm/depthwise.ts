import { backend_util, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import { addressOf, type KernelTable, type Machine, reduce, shared } from "./machine.ts";

type Plan = ReturnType<typeof backend_util.computeConv2DInfo>;

/** The shapes, or null when the kernels do not have its form: stride 1, no dilation, a square filter per channel. */
function planOf(x: number[], filter: number[], attributes: NamedAttrMap): Plan | null {
  const { strides, pad, dilations, dimRoundingMode } = attributes as never as {
    strides: number | [number, number];
    pad: number | "valid" | "same";
    dilations?: number | [number, number];
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const shapes = [x, filter] as [[number, number, number, number], [number, number, number, number]];
  const plan = backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true);
  const plain = plan.strideHeight === 1 && plan.strideWidth === 1 && plan.dilationHeight === 1 &&
    plan.dilationWidth === 1 && filter[0] === filter[1] && filter[3] === 1 && plan.padInfo.top < filter[0] &&
    plan.padInfo.left < filter[0];
  return plain ? plan : null;
}

/** Depthwise convolution of stride 1 and its two gradients; the house's form takes a bias. */
export function depthwiseKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  const sweep = (source: TensorInfo, filter: TensorInfo, bias: number, plan: Plan, turned: boolean): TensorInfo => {
    const k = plan.filterHeight;
    const { inHeight, inWidth, outHeight, outWidth, inChannels: c, padInfo: { top, left }, batchSize } = plan;
    const [h, w, oh, ow, up, side] = turned
      ? [outHeight, outWidth, inHeight, inWidth, k - 1 - top, k - 1 - left]
      : [inHeight, inWidth, outHeight, outWidth, top, left];
    const y = heap.output([batchSize, oh, ow, c]);
    const scratch = threads.sizes.depthwiseScratch(h, w, c, k, up, side, oh, ow);
    threads.run(
      "depthwise",
      [heap.address(source), h, w, c, heap.address(filter), k, up, side, oh, ow, bias, heap.address(y), +turned],
      shared(machine, batchSize, { operations: batchSize * oh * ow * c * k * k, scratch }),
    );
    return y;
  };

  return {
    DepthwiseConv2dNative: ({ x, filter }, attributes, stock) => {
      const plan = planOf(x.shape, filter.shape, attributes);
      return plan === null ? stock() : sweep(x, filter, 0, plan, false);
    },
    HouseDepthwise: ({ x, filter, bias }, attributes) => {
      return sweep(x, filter, addressOf(machine, bias), planOf(x.shape, filter.shape, attributes)!, false);
    },
    DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes) => {
      const plan = planOf(attributes.inputShape as number[], filter.shape, attributes);
      if (plan === null) throw new TypeError(unsupported);
      return sweep(dy, filter, 0, plan, true);
    },
    DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes) => {
      const shape = attributes.filterShape as number[];
      const plan = planOf(x.shape, shape, attributes);
      if (plan === null) throw new TypeError(unsupported);
      const y = heap.output(shape);
      const { inHeight: h, inWidth: w, inChannels: c, outHeight: oh, outWidth: ow, padInfo: { top, left } } = plan;
      const k = shape[0];
      const form = [heap.address(x), h, w, c, heap.address(dy), k, top, left, oh, ow];
      reduce(machine, "depthwiseFilterGrad", (partials) => [...form, partials], {
        items: plan.batchSize,
        least: 1,
        to: [{ address: heap.address(y), size: k * k * c }],
        operations: plan.batchSize * oh * ow * c * k * k,
        scratch: threads.sizes.depthwiseScratch(h, w, c, k, top, left, oh, ow),
      });
      return y;
    },
  };
}

const unsupported = "Cannot take the gradient of this depthwise convolution on wasm: expected stride 1, no dilation, " +
  "a square filter and one filter a channel";
