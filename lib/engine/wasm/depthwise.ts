import type { NamedAttrMap, TensorInfo } from "@tensorflow/tfjs-core";
import { type ConvPlan as Plan, convPlan } from "../conv_plan.ts";
import { addressOf, type Kernel, type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

function planOf(x: number[], filter: number[], attributes: NamedAttrMap): Plan {
  return convPlan(x, filter, { attributes, depthwise: true });
}

/** Whether the SIMD kernels have its form: stride 1, no dilation, a square filter, one a channel. */
function simple(plan: Plan): boolean {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth, padInfo } = plan;
  return strideHeight === 1 && strideWidth === 1 && dilationHeight === 1 && dilationWidth === 1 &&
    filterHeight === filterWidth && plan.outChannels === plan.inChannels && padInfo.top < filterHeight &&
    padInfo.left < filterHeight;
}

/** Depthwise convolution and its two gradients; the house's form takes a bias. */
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

  const forward: Kernel = ({ x, filter, bias }, attributes) => {
    const plan = planOf(x.shape, filter.shape, attributes);
    if (simple(plan)) return sweep(x, filter, addressOf(machine, bias), plan, false);
    const y = heap.output(plan.outShape);
    const work = shared(machine, plan.batchSize, { operations: operationsOf(plan) });
    const addresses = [heap.address(x), heap.address(filter), addressOf(machine, bias), heap.address(y)];
    threads.run("depthwiseAny", [...addresses, ...formOf(plan)], work);
    return y;
  };

  return {
    // the stock kernel gives zeros for two 4×1 filters a channel at stride 2, "same"
    DepthwiseConv2dNative: forward,
    HouseDepthwise: forward,
    DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes) => {
      const plan = planOf(attributes.inputShape as number[], filter.shape, attributes);
      if (simple(plan)) return sweep(dy, filter, 0, plan, true);
      const dx = heap.output(plan.inShape);
      const work = shared(machine, plan.batchSize, { operations: operationsOf(plan) });
      threads.run("depthwiseAnyInputGrad", [...[dy, filter, dx].map(heap.address), ...formOf(plan)], work);
      return dx;
    },
    DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes) => {
      const shape = attributes.filterShape as number[];
      const plan = planOf(x.shape, shape, attributes);
      const y = heap.output(shape);
      const to = [{ address: heap.address(y), size: sizeOf(shape) }];
      const cut = { items: plan.batchSize, least: 1, operations: operationsOf(plan), to };
      if (!simple(plan)) {
        const addresses = [x, dy].map(heap.address);
        reduce(machine, "depthwiseAnyFilterGrad", (partials) => [...addresses, partials, ...formOf(plan)], cut);
        return y;
      }
      const { inHeight: h, inWidth: w, inChannels: c, outHeight: oh, outWidth: ow, padInfo: { top, left } } = plan;
      const k = shape[0];
      const form = [heap.address(x), h, w, c, heap.address(dy), k, top, left, oh, ow];
      const scratch = threads.sizes.depthwiseScratch(h, w, c, k, top, left, oh, ow);
      reduce(machine, "depthwiseFilterGrad", (partials) => [...form, partials], { ...cut, scratch });
      return y;
    },
  };
}

function operationsOf({ batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth }: Plan): number {
  return batchSize * outHeight * outWidth * outChannels * filterHeight * filterWidth;
}

function formOf(plan: Plan): number[] {
  const { inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth, outHeight, outWidth, padInfo } = plan;
  const steps = [plan.strideHeight, plan.strideWidth, plan.dilationHeight, plan.dilationWidth];
  const image = [inHeight, inWidth, inChannels, outChannels / inChannels, filterHeight, filterWidth];
  return [...image, ...steps, padInfo.top, padInfo.left, outHeight, outWidth];
}
