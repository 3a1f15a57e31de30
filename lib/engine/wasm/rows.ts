import { type Kernel, type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

/** Rows that are worth a partial sum of their own. */
const least = 128;

/** Kernels that go along rows: softmax, and what adds or multiplies a row to all of them. */
export function rowKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  const softmax = (logarithm: number): Kernel => ({ logits: x }, attributes, stock) => {
    const rank = x.shape.length;
    const axis = (attributes.dim ?? attributes.axis ?? -1) as number;
    if (x.dtype !== "float32" || (axis !== -1 && axis !== rank - 1)) return stock();
    const c = x.shape[rank - 1];
    const y = heap.output(x.shape);
    const work = shared(machine, sizeOf(x.shape) / c, { operations: sizeOf(x.shape) * 20 });
    threads.run("softmax", [heap.address(x), c, logarithm, heap.address(y)], work);
    return y;
  };

  const softmaxGradient = (kernel: string): Kernel => ({ y, dy }) => {
    const c = y.shape[y.shape.length - 1];
    const dx = heap.output(y.shape);
    const work = shared(machine, sizeOf(y.shape) / c, { operations: sizeOf(y.shape) * 4 });
    threads.run(kernel, [heap.address(y), heap.address(dy), c, heap.address(dx)], work);
    return dx;
  };

  return {
    Softmax: softmax(0),
    LogSoftmax: softmax(1),
    HouseSoftmaxGrad: softmaxGradient("softmaxGrad"),
    HouseLogSoftmaxGrad: softmaxGradient("logSoftmaxGrad"),
    // two results, dz and the gradient of the bias; without activation dz is dy and only the other is made
    HouseActivationGrad: ({ dy, kept }, { activation }) => {
      const c = dy.shape[dy.shape.length - 1];
      const rows = sizeOf(dy.shape) / c;
      const bias = heap.output([c]);
      const to = [{ address: heap.address(bias), size: c }];
      const cut = { items: rows, least, operations: rows * c * 2, to };
      if (kept === undefined) {
        reduce(machine, "columnSums", (partials) => [heap.address(dy), c, partials], cut);
        return [bias];
      }
      const dz = heap.output(dy.shape);
      const given = [heap.address(dy), heap.address(kept), +(activation === "relu"), c, heap.address(dz)];
      reduce(machine, "activationGrad", (partials) => [...given, partials], cut);
      return [dz, bias];
    },
    HouseAddScaled: ({ x, y, scale }) => {
      const c = scale.shape[0];
      const z = heap.output(x.shape);
      const work = shared(machine, sizeOf(x.shape) / c, { operations: sizeOf(x.shape) });
      threads.run("addScaled", [...[x, y, scale].map(heap.address), c, heap.address(z)], work);
      return z;
    },
    // two results: the gradients of y and of the scale
    HouseAddScaledGrad: ({ y, scale, dy }) => {
      const c = scale.shape[0];
      const rows = sizeOf(y.shape) / c;
      const [ofY, ofScale] = [heap.output(y.shape), heap.output([c])];
      const given = [...[y, scale, dy].map(heap.address), c, heap.address(ofY)];
      const to = [{ address: heap.address(ofScale), size: c }];
      const cut = { items: rows, least, operations: rows * c * 2, to };
      reduce(machine, "addScaledGrad", (partials) => [...given, partials], cut);
      return [ofY, ofScale];
    },
  };
}
