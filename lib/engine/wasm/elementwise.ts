import { type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Kernels that treat every value alike: GELU and its derivative, AdamW. */
export function elementwiseKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    HouseGelu: ({ x }) => {
      const y = heap.output(x.shape);
      const items = sizeOf(x.shape);
      const work = shared(machine, items, { operations: items * 20, quantum: 4 });
      threads.run("gelu", [heap.address(x), heap.address(y)], work);
      return y;
    },
    HouseGeluGrad: ({ x, dy }) => {
      const dx = heap.output(x.shape);
      const items = sizeOf(x.shape);
      const work = shared(machine, items, { operations: items * 20, quantum: 4 });
      threads.run("geluGrad", [heap.address(x), heap.address(dy), heap.address(dx)], work);
      return dx;
    },
    // x is the ReLU's input or output: both are positive at the same places
    HouseReluGrad: ({ x, dy }) => {
      const dx = heap.output(x.shape);
      const items = sizeOf(x.shape);
      const work = shared(machine, items, { operations: items, quantum: 4 });
      threads.run("reluGrad", [heap.address(x), heap.address(dy), 0, heap.address(dx)], work);
      return dx;
    },
    // three results: the parameter and its moments, each in the memory of the old one unless somebody else shares that
    HouseAdam: ({ param, gradient, first, second }, attributes) => {
      const { rate, beta1, beta2, epsilon, decay, step } = attributes as Record<string, number>;
      const items = sizeOf(param.shape);
      const size = rate / (1 - beta1 ** step);
      const root = 1 / Math.sqrt(1 - beta2 ** step);
      const constants = [beta1, 1 - beta1, beta2, 1 - beta2, 1 - rate * decay, size, root, epsilon];
      const work = shared(machine, items, { operations: items * 8, quantum: 4 });
      const [p, m, v] = [param, first, second].map((tensor) => heap.takeOver(tensor));
      threads.run("adam", [...[p, gradient, m, v].map(heap.address), ...constants], work);
      return [p, m, v];
    },
  };
}
