import type { NamedAttrMap } from "@tensorflow/tfjs-core";
import { poolPlan } from "../pooling.ts";
import { type Kernel, type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Pooling and upsampling. */
export function imageKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  const pool = (mean: boolean): Kernel => ({ x }, attributes, stock) => {
    if (x.dtype !== "float32") return stock();
    const { form, shape, operations } = windowsOf(x.shape, attributes);
    const y = heap.output(shape);
    const work = shared(machine, shape[0] * shape[1], { operations });
    threads.run("pool", [heap.address(x), heap.address(y), +mean, ...form], work);
    return y;
  };

  return {
    MaxPool: pool(false),
    AvgPool: pool(true),
    MaxPoolGrad: ({ dy, input: x }, attributes) => {
      const dx = heap.output(x.shape);
      const { form, batch, operations } = windowsOf(x.shape, attributes);
      threads.run("maxPoolGrad", [...[x, dy, dx].map(heap.address), ...form], shared(machine, batch, { operations }));
      return dx;
    },
    // the whole window's share, as the stock kernels have it; lib/engine/gradients.ts makes it right at the border
    AvgPoolGrad: ({ dy, input: x }, attributes) => {
      const dx = heap.output(x.shape);
      const { form, batch, operations, size } = windowsOf(x.shape, attributes);
      const args = [...[dy, dx].map(heap.address), 1 / size, ...form];
      threads.run("avgPoolGrad", args, shared(machine, batch, { operations }));
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

/** The windows of a pooling as the kernels want them. */
function windowsOf(
  shape: number[],
  attributes: NamedAttrMap,
): { form: number[]; shape: number[]; batch: number; operations: number; size: number } {
  const plan = poolPlan(shape, attributes);
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, outHeight, outWidth, batchSize } = plan;
  const window = [filterHeight, filterWidth, strideHeight, strideWidth, padInfo.top, padInfo.left, outHeight, outWidth];
  const size = filterHeight * filterWidth;
  const operations = batchSize * outHeight * outWidth * plan.inChannels * size;
  return { form: [...shape.slice(1), ...window], shape: plan.outShape, batch: batchSize, operations, size };
}
