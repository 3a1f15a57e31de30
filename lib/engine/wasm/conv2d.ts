import type { NamedAttrMap, TensorInfo } from "@tensorflow/tfjs-core";
import { type ConvPlan as Plan, convPlan } from "../conv_plan.ts";
import { addressOf, type KernelTable, type Machine, reduce, shared } from "./machine.ts";
import { activationCode, type Finish, multiply } from "./matmul.ts";

/** Output pixels that are worth a partial sum of the filter's gradient. */
const least = 256;

/** The shapes of a convolution, or null when the house's kernels do not have its form (dilated, channels first). */
function planOf(x: number[], filter: number[], attributes: NamedAttrMap): Plan | null {
  const plan = convPlan(x, filter, { attributes, depthwise: false });
  const plain = plan.dataFormat === "channelsLast" && plan.dilationHeight === 1 && plan.dilationWidth === 1;
  return plain ? plan : null;
}

function size(plan: Plan): { k: number; pixels: number; operations: number } {
  const k = plan.filterHeight * plan.filterWidth * plan.inChannels;
  const pixels = plan.batchSize * plan.outHeight * plan.outWidth;
  return { k, pixels, operations: k * pixels * plan.outChannels };
}

function image({ inHeight, inWidth, inChannels }: Plan): number[] {
  return [inHeight, inWidth, inChannels];
}

function window(
  { filterHeight, filterWidth, outChannels, strideHeight, strideWidth, padInfo, ...plan }: Plan,
): number[] {
  const strides = [strideHeight, strideWidth, padInfo.top, padInfo.left];
  return [filterHeight, filterWidth, outChannels, ...strides, plan.outHeight, plan.outWidth];
}

/** A convolution whose windows are the pixels themselves: a matrix product. */
function pointwise(plan: Plan): boolean {
  return plan.filterHeight === 1 && plan.filterWidth === 1 && plan.strideHeight === 1 && plan.strideWidth === 1 &&
    plan.inHeight === plan.outHeight && plan.inWidth === plan.outWidth;
}

/**
 * Whether tiles of 2 × 2 pixels pay, with under half of the products: 3 × 3 at stride 1, channels in fours. Below 16
 * channels making the tiles costs as much as it saves.
 */
function tiled(plan: Plan): boolean {
  const { inChannels: c, outChannels: o, strideHeight, strideWidth } = plan;
  return plan.filterHeight === 3 && plan.filterWidth === 3 && strideHeight === 1 && strideWidth === 1 &&
    c % 4 === 0 && o % 4 === 0 && c >= 16 && o >= 16;
}

/** Tiles of 2 × 2 pixels of images of a size. */
function tilesOf(batch: number, height: number, width: number): number {
  return batch * Math.ceil(height / 2) * Math.ceil(width / 2);
}

/** Conv2D and its two gradients, any stride and padding; the house's form takes a bias. */
export function conv2dKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** Turns a filter into what tiles are multiplied with. */
  const makeTiled = (filter: number, c: number, o: number, to: number): void =>
    threads.run("winogradFilter", [filter, c, o, to], shared(machine, c, { operations: 16 * c * o }));

  const forward = (
    x: TensorInfo,
    filter: TensorInfo,
    plan: Plan,
    { bias, activation }: Pick<Finish, "bias" | "activation">,
  ): TensorInfo => {
    const y = heap.output(plan.outShape);
    const { k, pixels, operations } = size(plan);
    const n = plan.outChannels;
    if (pointwise(plan)) {
      const left = { address: heap.address(x), columns: k, transposed: false };
      const right = { address: heap.address(filter), columns: n, transposed: false };
      const finish = { bias, activation, result: 0 };
      multiply(machine, left, right, { m: pixels, n, k, to: heap.address(y), finish });
      return y;
    }
    if (tiled(plan)) {
      const { padInfo: { top, left }, inChannels: c, outHeight, outWidth } = plan;
      const made = threads.partials(16 * c * n * 4);
      makeTiled(heap.address(filter), c, n, made);
      const source = [heap.address(x), ...image(plan), made, n, top, left, outHeight, outWidth];
      const scratch = threads.sizes.winogradScratch(c, n, 0);
      threads.run(
        "winograd",
        [...source, bias, +(activation === "relu"), heap.address(y)],
        shared(machine, tilesOf(plan.batchSize, outHeight, outWidth), { operations, quantum: 48, scratch }),
      );
      return y;
    }
    threads.run(
      "conv2d",
      [
        heap.address(x),
        ...image(plan),
        heap.address(filter),
        ...window(plan),
        bias,
        activationCode(activation),
        heap.address(y),
      ],
      shared(machine, pixels, { operations, quantum: 256, scratch: threads.sizes.conv2dScratch(k) }),
    );
    return y;
  };

  /** At stride 1 the gradient of the input is a convolution with the turned filter: no windows to add up. */
  const turned = (dx: TensorInfo, dy: TensorInfo, filter: TensorInfo, bias: number, plan: Plan): void => {
    const { filterHeight: kh, filterWidth: kw, inChannels: c, outChannels: o, padInfo: { top, left } } = plan;
    const taps = kh * kw;
    const made = threads.partials((taps + 16) * c * o * 4);
    const back = made + 16 * c * o * 4;
    // the last tap first, and in each rows for columns
    const tap = c * o;
    const planes = [heap.address(filter), tap, 0, 0, o, back + (taps - 1) * tap * 4, -tap, 0, 0, c, 1, 1, c, o];
    const bands = taps * threads.sizes.transposeBands(c);
    threads.run("transposePlanes", planes, shared(machine, bands, { operations: taps * tap }));
    const pixels = plan.batchSize * plan.inHeight * plan.inWidth;
    if (tiled(plan)) {
      makeTiled(back, o, c, made);
      const source = [heap.address(dy), plan.outHeight, plan.outWidth, o, made, c, 2 - top, 2 - left];
      const scratch = threads.sizes.winogradScratch(o, c, 0);
      threads.run(
        "winograd",
        [...source, plan.inHeight, plan.inWidth, bias, 0, heap.address(dx)],
        shared(machine, tilesOf(plan.batchSize, plan.inHeight, plan.inWidth), {
          ...{ operations: taps * o * c * pixels, quantum: 48, scratch },
        }),
      );
      return;
    }
    const source = [heap.address(dy), plan.outHeight, plan.outWidth, o, back, kh, kw, c];
    const window = [1, 1, kh - 1 - top, kw - 1 - left, plan.inHeight, plan.inWidth];
    const cut = { operations: taps * o * c * pixels, quantum: 256, scratch: threads.sizes.conv2dScratch(taps * o) };
    threads.run("conv2d", [...source, ...window, bias, 0, heap.address(dx)], shared(machine, pixels, cut));
  };

  const inputGrad = (dy: TensorInfo, filter: TensorInfo, bias: number, plan: Plan): TensorInfo => {
    const dx = heap.output(plan.inShape);
    const { k, pixels, operations } = size(plan);
    if (pointwise(plan) && bias === 0) {
      const left = { address: heap.address(dy), columns: plan.outChannels, transposed: false };
      const right = { address: heap.address(filter), columns: plan.outChannels, transposed: true };
      multiply(machine, left, right, { m: pixels, n: k, k: plan.outChannels, to: heap.address(dx) });
      return dx;
    }
    if (plan.strideHeight === 1 && plan.strideWidth === 1) {
      turned(dx, dy, filter, bias, plan);
      return dx;
    }
    threads.run(
      "conv2dInputGrad",
      [heap.address(dx), ...image(plan), heap.address(filter), ...window(plan), bias, heap.address(dy)],
      shared(machine, plan.batchSize, { operations, scratch: threads.sizes.conv2dScratch(k) }),
    );
    return dx;
  };

  return {
    Conv2D: ({ x, filter }, attributes, stock) => {
      const plan = planOf(x.shape, filter.shape, attributes);
      return plan === null ? stock() : forward(x, filter, plan, { bias: 0, activation: "none" });
    },
    HouseConvolve: ({ x, filter, bias }, attributes) => {
      const activation = (attributes.activation ?? "none") as Finish["activation"];
      const plan = planOf(x.shape, filter.shape, attributes)!;
      return forward(x, filter, plan, { bias: addressOf(machine, bias), activation });
    },
    Conv2DBackpropInput: ({ dy, filter }, attributes, stock) => {
      const plan = planOf(attributes.inputShape as number[], filter.shape, attributes);
      return plan === null ? stock() : inputGrad(dy, filter, 0, plan);
    },
    HouseConvolveTranspose: ({ x, filter, bias }, attributes) => {
      const plan = planOf(attributes.inputShape as number[], filter.shape, attributes)!;
      return inputGrad(x, filter, addressOf(machine, bias), plan);
    },
    Conv2DBackpropFilter: ({ x, dy }, attributes) => {
      const shape = attributes.filterShape as number[];
      const plan = planOf(x.shape, shape, attributes);
      if (plan === null) {
        throw new TypeError("Cannot take the gradient of a dilated or channels-first convolution on wasm");
      }
      const y = heap.output(shape);
      const { k, pixels, operations } = size(plan);
      const n = plan.outChannels;
      if (pointwise(plan)) {
        const left = { address: heap.address(x), columns: k, transposed: true };
        const right = { address: heap.address(dy), columns: n, transposed: false };
        multiply(machine, left, right, { m: k, n, k: pixels, to: heap.address(y) });
        return y;
      }
      const to = [{ address: heap.address(y), size: k * n }];
      if (tiled(plan)) {
        const { padInfo: { top, left }, inChannels: c, outHeight, outWidth } = plan;
        const form = [heap.address(x), ...image(plan), n, top, left, outHeight, outWidth, heap.address(dy)];
        const cut = { least: 64, operations, to, scratch: threads.sizes.winogradScratch(c, n, 1) };
        const items = tilesOf(plan.batchSize, outHeight, outWidth);
        reduce(machine, "winogradFilterGrad", (partials) => [...form, partials], { items, ...cut });
        return y;
      }
      const { filterHeight, filterWidth, outChannels, strideHeight, strideWidth, padInfo, outHeight, outWidth } = plan;
      const form = [filterHeight, filterWidth, outChannels, strideHeight, strideWidth, padInfo.top, padInfo.left];
      const source = [heap.address(x), ...image(plan), ...form, outHeight, outWidth, heap.address(dy)];
      const scratch = threads.sizes.conv2dScratch(k);
      const cut = { items: pixels, least, operations, to, scratch };
      reduce(machine, "conv2dFilterGrad", (partials) => [...source, partials], cut);
      return y;
    },
  };
}
