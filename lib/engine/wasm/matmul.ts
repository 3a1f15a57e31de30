import { broadcast_util } from "@tensorflow/tfjs-core";
import { addressOf, type KernelTable, type Machine, shared, sizeOf } from "./machine.ts";

/** What comes after the sums of a product: a row added to each, then an activation. */
export interface Finish {
  /** Address of N values, 0 for none. */
  readonly bias: number;
  readonly activation: keyof typeof activations;
  /** With a GELU: where its result goes; the product itself becomes the derivative. */
  readonly result: number;
}

const plain: Finish = { bias: 0, activation: "none", result: 0 };
const activations = { none: 0, relu: 1, gelu: 2, geluTanh: 3, geluSigmoid: 4 } as const;

/** An activation as the kernels know it. */
export function activationCode(activation: Finish["activation"]): number {
  return activations[activation];
}

/** A matrix on the heap, [rows, columns] as stored; `transposed` is how the product sees it. */
export interface Matrix {
  readonly address: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/** C[M, N] = op(A)[M, K] · op(B)[K, N], cut by rows or columns, whichever are more. */
export function multiply(
  machine: Machine,
  a: Matrix,
  b: Matrix,
  { m, n, k, to, finish = plain }: { m: number; n: number; k: number; to: number; finish?: Finish },
): void {
  const { threads } = machine;
  const activation = activations[finish.activation];
  const operands = [a.address, a.columns, +a.transposed, b.address, b.columns, +b.transposed, to];
  const after = [finish.bias, activation, finish.result];
  const cut = { operations: m * n * k, scratch: threads.sizes.matmulScratch() };
  // a chunk packs the other operand for itself, so that it must be large enough to be worth it
  if (m >= n) {
    const work = shared(machine, m, { ...cut, quantum: Math.min(48, Math.ceil(m / threads.count / 4) * 4) });
    threads.run("matmulRows", [n, k, ...operands, ...after], work);
  } else {
    const work = shared(machine, n, { ...cut, quantum: Math.min(48, Math.ceil(n / threads.count / 8) * 8) });
    threads.run("matmulColumns", [m, n, k, ...operands, ...after], work);
  }
}

/** BatchMatMul in all four transpose forms; the batch shapes must agree or one operand be a single matrix. */
export function matmulKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;
  return {
    BatchMatMul: ({ a, b }, attributes, stock) => {
      const transposeA = attributes.transposeA === true;
      const transposeB = attributes.transposeB === true;
      if (a.dtype !== "float32" || b.dtype !== "float32") return stock();
      const [rowsA, columnsA] = a.shape.slice(-2);
      const [rowsB, columnsB] = b.shape.slice(-2);
      const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
      const n = transposeB ? rowsB : columnsB;
      const batchA = sizeOf(a.shape.slice(0, -2)), batchB = sizeOf(b.shape.slice(0, -2));
      const leading = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const batch = sizeOf(leading);
      if ([batchA, batchB].some((some) => some !== batch && some !== 1)) return stock();
      const y = heap.output([...leading, m, n]);
      if (m * n === 0) return y;
      const left = { address: heap.address(a), columns: columnsA, transposed: transposeA };
      const right = { address: heap.address(b), columns: columnsB, transposed: transposeB };
      if (batch === 1) {
        multiply(machine, left, right, { m, n, k, to: heap.address(y) });
        return y;
      }
      const sizeA = batchA === 1 ? 0 : m * k, sizeB = batchB === 1 ? 0 : k * n;
      threads.run(
        "matmulBatch",
        [
          m,
          n,
          k,
          left.address,
          sizeA,
          columnsA,
          +transposeA,
          right.address,
          sizeB,
          columnsB,
          +transposeB,
          heap.address(y),
        ],
        shared(machine, batch, { operations: batch * m * n * k, scratch: threads.sizes.matmulScratch() }),
      );
      return y;
    },
    _FusedMatMul: ({ a, b, bias }, attributes, stock) => {
      const { transposeA, transposeB, activation } = attributes as Record<string, unknown>;
      const finish = { linear: "none", relu: "relu" }[activation as string] as Finish["activation"] | undefined;
      const matrices = sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1;
      const row = bias === undefined || bias.shape.length === 1;
      if (finish === undefined || !matrices || !row || a.dtype !== "float32" || b.dtype !== "float32") return stock();
      const [left, right] = [a, b].map((x) => ({ address: heap.address(x), columns: x.shape[x.shape.length - 1] }));
      const [m, k] = transposeA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
      const n = b.shape[b.shape.length - (transposeB ? 2 : 1)];
      const y = heap.output([...a.shape.slice(0, -2), m, n]);
      multiply(machine, { ...left, transposed: transposeA === true }, { ...right, transposed: transposeB === true }, {
        ...{ m, n, k, to: heap.address(y) },
        finish: { bias: addressOf(machine, bias), activation: finish, result: 0 },
      });
      return y;
    },
    // x [R, I] · weight [O, I]ᵀ + bias, then an activation; two results with a GELU: y and the derivative
    HouseLinear: ({ x, weight, bias }, attributes) => {
      const [rows, k] = x.shape;
      const n = weight.shape[0];
      const activation = attributes.activation as Finish["activation"];
      const product = heap.output([rows, n]);
      const y = activations[activation] > 1 ? heap.output([rows, n]) : null;
      const finish = {
        bias: addressOf(machine, bias),
        activation,
        result: y === null ? 0 : heap.address(y),
      };
      const left = { address: heap.address(x), columns: k, transposed: false };
      const right = { address: heap.address(weight), columns: k, transposed: true };
      multiply(machine, left, right, { m: rows, n, k, to: heap.address(product), finish });
      return y === null ? product : [y, product];
    },
  };
}
