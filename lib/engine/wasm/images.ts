import { backend_util } from "@tensorflow/tfjs-core";
import { type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Pooling and upsampling. */
export function imageKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    MaxPoolGrad: ({ dy, input: x }, attributes) => {
      const { filterSize, strides, pad, dimRoundingMode } = attributes as never as {
        filterSize: number | [number, number];
        strides: number | [number, number];
        pad: number | "valid" | "same";
        dimRoundingMode?: "floor" | "round" | "ceil";
      };
      const shape = x.shape as [number, number, number, number];
      const plan = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
      const dx = heap.output(x.shape);
      const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, outHeight, outWidth } = plan;
      const window = [filterHeight, filterWidth, strideHeight, strideWidth, padInfo.top, padInfo.left];
      const addresses = [x, dy, dx].map(heap.address);
      const work = shared(machine, plan.batchSize, { operations: sizeOf(dy.shape) * filterHeight * filterWidth });
      threads.run("maxPoolGrad", [...addresses, ...shape.slice(1), ...window, outHeight, outWidth], work);
      return dx;
    },
    HouseUpsample: ({ x }, attributes) => {
      const [n, h, w, c] = x.shape;
      const factor = attributes.factor as number;
      const y = heap.output([n, h * factor, w * factor, c]);
      const work = shared(machine, n * h, { operations: sizeOf(y.shape) });
      threads.run("upsample", [heap.address(x), w, c, factor, heap.address(y)], work);
      return y;
    },
    HouseUpsampleGrad: ({ dy }, attributes) => {
      const [n, high, wide, c] = dy.shape;
      const factor = attributes.factor as number;
      const [h, w] = [high / factor, wide / factor];
      const dx = heap.output([n, h, w, c]);
      const work = shared(machine, n * h, { operations: sizeOf(dy.shape) });
      threads.run("upsampleGrad", [heap.address(dy), w, c, factor, heap.address(dx)], work);
      return dx;
    },
  };
}
