import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { GeluForm } from "../gelu.ts";
import { selectBytes, truths } from "./bytes.ts";
import { type Kernel, type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** Functions of one value, in the order in which the kernel numbers them. */
const changes = ["Exp", "Sigmoid", "Sqrt", "Rsqrt", "Square", "Neg", "Relu", "Reciprocal", "Abs"];
const geluForms: Readonly<Record<GeluForm, number>> = { erf: 0, tanh: 1, sigmoid: 2 };
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

  const change = (kind: number): Kernel => ({ x }, _, stock) => {
    if (x.dtype !== "float32") return stock();
    const y = heap.output(x.shape);
    const items = sizeOf(x.shape);
    const work = shared(machine, items, { operations: items * (kind < 2 ? 16 : 1), quantum: 4 });
    threads.run("change", [kind, heap.address(x), heap.address(y)], work);
    return y;
  };

  /** Two operands of one shape, or the second a single value; others are left to the stock kernel. */
  const compare = (kind: number): Kernel => ({ a, b }, _, stock) => {
    const size = sizeOf(a.shape);
    const single = sizeOf(b.shape) === 1 && b.shape.length <= a.shape.length;
    const same = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
    if (a.dtype !== "float32" || b.dtype !== "float32" || !(single || same) || size === 0) return stock();
    const y = heap.output(a.shape, "bool");
    const work = shared(machine, size, { operations: size, quantum: 4 });
    threads.run("compare", [kind, heap.address(a), heap.address(b), +single, heap.address(y)], work);
    return y;
  };

  return {
    LeakyRelu: ({ x }, { alpha }) => pass("leakyRelu", [x], [alpha as number], 1),
    Tanh: ({ x }) => pass("tanh", [x], [], 16),
    // x is the activation's input or, for the plain ReLU, its output: both are positive at the same places
    HouseReluGrad: ({ x, dy }, { slope }) => pass("leakyReluGrad", [x, dy], [slope as number], 1),
    HouseAbsGrad: ({ x, dy }) => pass("absGrad", [x, dy], [], 1),
    HouseGelu: ({ x }, { form }) => pass("gelu", [x], [geluForms[form as GeluForm]], 20),
    HouseGeluGrad: ({ x, dy }, { form }) => pass("geluGrad", [x, dy], [geluForms[form as GeluForm]], 20),
    Step: ({ x }, { alpha }, stock) => x.dtype === "float32" ? pass("step", [x], [alpha as number], 1) : stock(),
    ...Object.fromEntries(changes.map((name, kind) => [name, change(kind)])),
    ...Object.fromEntries(comparisons.map((name, kind) => [name, compare(kind)])),
    // the stock kernel clips NaN to the lower bound, and reads whole numbers as if they were floats
    ClipByValue: ({ x }, { clipValueMin, clipValueMax }, stock) => {
      const [low, high] = [clipValueMin, clipValueMax] as number[];
      if (x.dtype === "float32") return pass("clip", [x], [low, high], 1);
      if (x.dtype !== "int32") return stock();
      const y = heap.output(x.shape, x.dtype);
      const [from, to] = [x, y].map((t) => new Int32Array(heap.memory.buffer, heap.address(t), sizeOf(x.shape)));
      for (let i = 0; i < from.length; i++) to[i] = Math.min(high, Math.max(low, from[i]));
      return y;
    },
    Cast: ({ x }, { dtype }, stock) => {
      if (x.dtype === dtype) return heap.share(x, x.shape);
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
  };
}
