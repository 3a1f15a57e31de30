import type { TensorInfo } from "@tensorflow/tfjs-core";
import { selectBytes, truths } from "./bytes.ts";
import { type Kernel, type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

const comparisons = ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"];

/** Kernels that treat every value alike. */
export function elementwiseKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** One pass over `inputs` of one shape; `effort` operations a value. */
  const pass = (kernel: string, inputs: TensorInfo[], constants: number[], effort: number): TensorInfo => {
    const y = heap.output(inputs[0].shape);
    const items = sizeOf(y.shape);
    const args = [...inputs.map(heap.address), ...constants, heap.address(y)];
    threads.run(kernel, args, shared(machine, items, { operations: items * effort, quantum: 4 }));
    return y;
  };

  /** Two operands of one shape, or the second a single value; others are left to the stock kernel. */
  const pair =
    (kernel: (single: number) => [string, number[], number[]], bool: boolean): Kernel => ({ a, b }, _, stock) => {
      const size = sizeOf(a.shape);
      const single = sizeOf(b.shape) === 1 && b.shape.length <= a.shape.length;
      const same = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
      if (a.dtype !== "float32" || b.dtype !== "float32" || !(single || same) || size === 0) return stock();
      const [name, before, after] = kernel(+single);
      const y = heap.output(a.shape, bool ? "bool" : "float32");
      const work = shared(machine, size, { operations: size, quantum: 4 });
      threads.run(name, [...before, heap.address(a), heap.address(b), ...after, heap.address(y)], work);
      return y;
    };

  return {
    LeakyRelu: ({ x }, { alpha }) => pass("leakyRelu", [x], [alpha as number], 1),
    Tanh: ({ x }) => pass("tanh", [x], [], 16),
    // x is the activation's input or, for the plain ReLU, its output: both are positive at the same places
    HouseReluGrad: ({ x, dy }, { slope }) => pass("leakyReluGrad", [x, dy], [slope as number], 1),
    HouseAbsGrad: ({ x, dy }) => pass("absGrad", [x, dy], [], 1),
    HouseGelu: ({ x }) => pass("gelu", [x], [], 20),
    HouseGeluGrad: ({ x, dy }) => pass("geluGrad", [x, dy], [], 20),
    Maximum: pair((single) => ["extreme", [], [single, 0]], false),
    Minimum: pair((single) => ["extreme", [], [single, 1]], false),
    ...Object.fromEntries(
      comparisons.map((name, kind) => [name, pair((single) => ["compare", [kind], [single]], true)]),
    ),
    // the stock kernel clips NaN to the lower bound, and reads whole numbers as if they were floats
    ClipByValue: ({ x }, { clipValueMin, clipValueMax }, stock) => {
      const [low, high] = [clipValueMin, clipValueMax] as number[];
      const items = sizeOf(x.shape);
      if (x.dtype !== "float32" && x.dtype !== "int32") return stock();
      const y = heap.output(x.shape, x.dtype);
      if (x.dtype === "float32") {
        const bounds = threads.partials(8);
        new Float32Array(heap.memory.buffer, bounds, 2).set([low, high]);
        const work = shared(machine, items, { operations: items, quantum: 4 });
        threads.run("extreme", [heap.address(x), bounds, 1, 0, heap.address(y)], work);
        threads.run("extreme", [heap.address(y), bounds + 4, 1, 1, heap.address(y)], work);
      } else {
        const [from, to] = [x, y].map((t) => new Int32Array(heap.memory.buffer, heap.address(t), items));
        for (let i = 0; i < items; i++) to[i] = Math.min(high, Math.max(low, from[i]));
      }
      return y;
    },
    Cast: ({ x }, { dtype }, stock) => {
      if (dtype === "bool" && (x.dtype === "float32" || x.dtype === "int32")) return truths(machine, x);
      if (x.dtype !== "bool" || dtype !== "float32") return stock();
      return pass("fromBool", [x], [], 1);
    },
    Select: ({ condition, t, e }, _, stock) => {
      if (t.dtype === "bool") return selectBytes(machine, condition, [t, e]);
      const same = condition.shape.length === t.shape.length;
      if (!same || t.dtype !== "float32" || e.dtype !== "float32" || condition.dtype !== "bool") return stock();
      return pass("select", [condition, t, e], [], 1);
    },
    // three results a parameter: itself and its moments, each in the memory of the old one unless somebody else
    // shares that
    HouseAdam: (inputs, attributes) => {
      const { beta1, beta2, epsilon } = attributes as Record<string, number>;
      const rate = inputs.rate === undefined ? attributes.rate as number : heap.first(inputs.rate);
      const step = inputs.step === undefined ? attributes.step as number : heap.first(inputs.step);
      const size = rate / (1 - beta1 ** step);
      const root = 1 / Math.sqrt(1 - beta2 ** step);
      return (attributes.decays as number[]).flatMap((decay, i) => {
        const constants = [beta1, 1 - beta1, beta2, 1 - beta2, 1 - rate * decay, size, root, epsilon];
        const [p, m, v] = [`param${i}`, `first${i}`, `second${i}`].map((name) => heap.takeOver(inputs[name]));
        const items = sizeOf(p.shape);
        const work = shared(machine, items, { operations: items * 8, quantum: 4 });
        threads.run("adam", [...[p, inputs[`gradient${i}`], m, v].map(heap.address), ...constants], work);
        return [p, m, v];
      });
    },
  };
}
