import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** 4-byte words of a parameter in the table: see assembly/adam.as.ts. */
const words = 6;

/** The update of all parameters: one call, since hundreds of small ones cost more than their work. */
export function adamKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    // three results a parameter: itself and its moments, each in the memory of the old one unless somebody else
    // shares that
    HouseAdam: (inputs, attributes) => {
      const { beta1, beta2, epsilon } = attributes as Record<string, number>;
      const rate = inputs.rate === undefined ? attributes.rate as number : heap.first(inputs.rate);
      const step = inputs.step === undefined ? attributes.step as number : heap.first(inputs.step);
      const decays = attributes.decays as number[];
      const made: TensorInfo[] = [];
      const table: number[] = [];
      let end = 0;
      for (let i = 0; i < decays.length; i++) {
        const [p, m, v] = ["param", "first", "second"].map((name) => heap.takeOver(inputs[`${name}${i}`]));
        end += sizeOf(p.shape);
        made.push(p, m, v);
        table.push(...[p, inputs[`gradient${i}`], m, v].map(heap.address), end, 1 - rate * decays[i]);
      }
      const address = threads.partials(table.length * 4);
      const numbers = new Uint32Array(heap.memory.buffer, address, table.length);
      const factors = new Float32Array(heap.memory.buffer, address, table.length);
      table.forEach((word, i) => (i % words === words - 1 ? factors : numbers)[i] = word);
      const size = rate / (1 - beta1 ** step), root = 1 / Math.sqrt(1 - beta2 ** step);
      const constants = [beta1, 1 - beta1, beta2, 1 - beta2, size, root, epsilon];
      threads.run("adam", [address, ...constants], shared(machine, end, { operations: end * 8, quantum: 4 }));
      return made;
    },
  };
}
