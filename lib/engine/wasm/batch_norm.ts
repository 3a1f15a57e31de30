import type { TensorInfo } from "@tensorflow/tfjs-core";
import { addressOf, type Kernel, type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

/** Rows that are worth a partial sum of their own. */
const least = 64;

/** Batch normalisation over all axes but the last, by the batch's statistics or by given ones. */
export function batchNormKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** 1 / R times the sums of a kernel over the rows of x [R, C]. */
  const meanOf = (kernel: string, args: number[], x: TensorInfo, rows: number): TensorInfo => {
    const size = sizeOf(x.shape) / rows;
    const y = heap.output([size]);
    const to = [{ address: heap.address(y), size }];
    const cut = { items: rows, least, operations: rows * size * 2, to };
    reduce(machine, kernel, (partials) => [...args, size, partials], cut);
    threads.run("scale", [heap.address(y), 1 / rows], { items: size, per: size, alone: true });
    return y;
  };

  const normalise: Kernel = ({ x, weight, bias, mean, variance, residual }, { epsilon, activation }) => {
    const c = weight.shape[0];
    const rows = sizeOf(x.shape) / c;
    const y = heap.output(x.shape);
    const relu = +(activation === "relu");
    const addresses = [x, weight, bias, mean, variance].map(heap.address);
    const after = [addressOf(machine, residual), relu, epsilon as number, c, heap.address(y)];
    const work = shared(machine, rows, { operations: rows * c * 4, scratch: threads.sizes.batchNormScratch(c) });
    threads.run("batchNorm", [...addresses, ...after], work);
    return y;
  };

  /** Three results: the gradients of x, weight and bias. `frozen`: mean and variance do not depend on x. */
  const gradient = (frozen: boolean): Kernel => ({ x, weight, dy, mean, variance, y }, { epsilon }) => {
    const c = weight.shape[0];
    const rows = sizeOf(x.shape) / c;
    const dx = heap.output(x.shape);
    const sums = [heap.output([c]), heap.output([c])];
    const scratch = threads.sizes.batchNormScratch(c);
    const [ofX, ofDy, ofY] = [heap.address(x), heap.address(dy), addressOf(machine, y)];
    const [middle, spread] = [mean, variance].map(heap.address);
    const to = sums.map((sum) => ({ address: heap.address(sum), size: c }));
    const given = [ofX, ofDy, ofY, middle, spread, epsilon as number, c];
    const operations = rows * c * 4;
    const cut = { items: rows, least, operations, to, scratch };
    reduce(machine, "batchNormSums", (partials) => [...given, partials], cut);
    const source = [ofX, heap.address(weight), ofDy, ofY, middle, spread, ...sums.map(heap.address)];
    const constants = [epsilon as number, frozen ? 0 : 1 / rows, c];
    threads.run("batchNormGrad", [...source, ...constants, heap.address(dx)], shared(machine, rows, cut));
    return [dx, ...sums];
  };

  return {
    // three results: y and the batch's mean and variance
    HouseBatchNorm: (inputs, attributes, stock) => {
      const { x, weight } = inputs;
      const rows = sizeOf(x.shape) / weight.shape[0];
      const mean = meanOf("columnSums", [heap.address(x)], x, rows);
      // a second pass: Σ x² − R · mean² would cancel where the mean is large
      const variance = meanOf("centredSquares", [heap.address(x), heap.address(mean)], x, rows);
      return [normalise({ ...inputs, mean, variance }, attributes, stock) as TensorInfo, mean, variance];
    },
    HouseBatchNormGrad: gradient(false),
    HouseFrozenBatchNorm: normalise,
    HouseFrozenBatchNormGrad: gradient(true),
  };
}
