import { type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

/** Rows that are worth a partial sum of the gradients of weight and bias. */
const least = 64;

/** Layer normalisation over the last axis. */
export function layerNormKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    // two results: y and each row's mean and reciprocal deviation [R, 2]
    HouseLayerNorm: ({ x, weight, bias }, attributes) => {
      const c = weight.shape[0];
      const rows = sizeOf(x.shape) / c;
      const y = heap.output(x.shape);
      const statistics = heap.output([rows, 2]);
      const addresses = [x, weight, bias, y, statistics].map(heap.address);
      const work = shared(machine, rows, { operations: rows * c * 4 });
      threads.run("layerNorm", [...addresses, c, attributes.epsilon as number], work);
      return [y, statistics];
    },
    // three results: the gradients of x, weight and bias
    HouseLayerNormGrad: ({ x, weight, dy, statistics }) => {
      const c = weight.shape[0];
      const rows = statistics.shape[0];
      const dx = heap.output(x.shape);
      const sums = [heap.output([c]), heap.output([c])];
      const addresses = [x, weight, dy, statistics, dx].map(heap.address);
      reduce(machine, "layerNormGrad", (partials) => [...addresses, c, partials], {
        items: rows,
        least,
        to: sums.map((sum) => ({ address: heap.address(sum), size: c })),
        operations: rows * c * 8,
      });
      return [dx, ...sums];
    },
  };
}
