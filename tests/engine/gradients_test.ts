import * as ops from "../../lib/engine/ops.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { gradientAt, take, testTensors } from "../tensors.ts";
import { pairs } from "./operations/adjoint.ts";
import { operations } from "./operations/mod.ts";
import { values } from "./operations/values.ts";

/** Exports that nobody differentiates, and why. */
const withoutGradient: Partial<Record<keyof typeof ops, string>> = {
  constant: "has no input",
  ones: "has no input",
  onesLike: "does not depend on its input",
  oneHot: "takes whole numbers",
  scalar: "has no input",
  tensor: "has no input",
  zeros: "has no input",
  zerosLike: "does not depend on its input",
  greaterEqual: "is flat; as a mask inside of logicalAnd",
  less: "is flat; as a mask inside of where",
  lessEqual: "is flat; as a mask inside of logicalNot",
  nthLargest: "counts as a constant",
};

/** Exports without a value of their own to compare, and why. */
const withoutValue: Partial<Record<keyof typeof ops, string>> = {
  adamUpdate: "is an update; tested in ops_test.ts",
  keep: "keeps a tensor",
  memory: "counts tensors",
  tidy: "frees tensors",
  variableGradients: "is what every test here goes through",
};

Deno.test("every export of ops.ts is among the operations tested, or said to have no gradient or value", () => {
  const differentiated = new Set<string>(operations().map(({ of }) => of));
  const compared = new Set<string>(values().map(({ of }) => of));
  const missing = Object.keys(ops).filter((name) =>
    !differentiated.has(name) && !(name in withoutValue) && !(name in withoutGradient && compared.has(name))
  );
  assertEquals(missing, [], "exports that no test goes through");
  const idle = Object.keys({ ...withoutGradient, ...withoutValue }).filter((name) =>
    !(name in ops) || differentiated.has(name)
  );
  assertEquals(idle, [], "exceptions that are none");
});

testTensors(
  "every operation's gradient is the adjoint of its differential, of linear ones to float32's rounding",
  () => {
    const counts = { linear: 0, other: 0 };
    for (const operation of operations()) {
      for (const { name, gradient, change, tolerance } of pairs(operation)) {
        assertClose(gradient, change, tolerance, name);
        counts[operation.linear === true ? "linear" : "other"]++;
      }
    }
    // deno-lint-ignore no-console -- how much was tested
    console.log(`${counts.linear} gradients to rounding, ${counts.other} by finite differences`);
  },
);

/** The gradient of the sum of a function's value at numbers in a row. */
function slopes(f: (x: ops.Tensor) => ops.Tensor, row: readonly number[]): number[] {
  return gradientAt((x) => ops.sum(f(x)) as ops.Scalar, [row]);
}

/** The gradient of the sum of pooled values of an image of one channel. */
function poolSlopes(pool: (x: ops.Tensor4D) => ops.Tensor, rows: readonly (readonly number[])[]): number[] {
  const shape: [number, number, number, number] = [1, rows.length, rows[0].length, 1];
  return gradientAt((x) => ops.sum(pool(ops.reshape(x, shape))) as ops.Scalar, rows);
}

testTensors("max pooling gives each window's gradient to its first maximum, never to the border's zeros", () => {
  // by hand: every window of 2 takes the first of equal values, by rows
  assertEquals(poolSlopes((x) => ops.maxPool(x, 2, 2, 0), [[3, 3], [3, 3]]), [1, 0, 0, 0]);
  // windows of 2 at stride 1 share their pixels: 9 is the largest in all four of them
  assertEquals(poolSlopes((x) => ops.maxPool(x, 2, 1, 0), [[1, 2, 3], [4, 9, 5], [6, 7, 8]]), [
    0,
    0,
    0,
    0,
    4,
    0,
    0,
    0,
    0,
  ]);
  // a padding of 1 leaves one pixel to each window of 2 by 2
  assertEquals(poolSlopes((x) => ops.maxPool(x, 2, 2, 1), [[-1, -2], [-3, -4]]), [1, 1, 1, 1]);
  assertEquals(poolSlopes((x) => ops.maxPool(x, 3, 1, "same"), [[-1, -2], [-3, -4]]), [4, 0, 0, 0]);
  const largest = ops.tidy(() => ops.maxPool(ops.tensor([-1, -2, -3, -4], [1, 2, 2, 1]) as ops.Tensor4D, 2, 2, 1));
  assertEquals(take(largest), [-1, -2, -3, -4]);
});

testTensors("average pooling shares a window's gradient among its pixels inside of the image", () => {
  assertEquals(poolSlopes((x) => ops.avgPool(x, 2, 2, 1), [[1, 2], [3, 4]]), [1, 1, 1, 1]);
  // windows of 3 around each of 2 by 2 pixels hold all four
  assertClose(poolSlopes((x) => ops.avgPool(x, 3, 1, "same"), [[1, 2], [3, 4]]), [1, 1, 1, 1], 1e-6);
});

testTensors("equal extremes share the gradient", () => {
  assertEquals(slopes((x) => ops.max(x), [2, 1, 2, 0]), [0.5, 0, 0.5, 0]);
  assertEquals(slopes((x) => ops.min(x, 1), [2, 1, 1, 1.5]), [0, 0.5, 0.5, 0]);
  assertEquals(slopes((x) => ops.maximum(x, x), [2, -1]), [1, 1]);
});

testTensors("masks and roundings made of a differentiated tensor are constants", () => {
  const mask = (x: ops.Tensor): ops.Tensor => ops.logicalAnd(ops.greater(x, -1), ops.logicalNot(ops.lessEqual(x, 0)));
  assertEquals(slopes((x) => ops.mul(x, ops.cast(mask(x), "float32")), [-2, -0.5, 3]), [0, 0, 1]);
  assertEquals(slopes((x) => ops.mul(x, ops.cast(ops.cast(x, "int32"), "float32")), [2.5, -3.25]), [2, -3]);
  assertEquals(slopes((x) => ops.mul(x, ops.cast(ops.cast(x, "bool"), "float32")), [2.5, 0]), [1, 0]);
});

testTensors("mirroring gives the gradient of a copy back to what it is a copy of", () => {
  const mirrored = (x: ops.Tensor): ops.Tensor => ops.mirrorPad(x, [[0, 0], [2, 1]], "reflect");
  // 3 2 | 1 2 3 | 2
  assertEquals(slopes(mirrored, [1, 2, 3]), [1, 3, 2]);
});

testTensors("every case has inputs of its own", () => {
  const names = operations().map(({ name }) => name);
  // some are drawn twice, most are not
  assert(new Set(names).size > 0.9 * names.length);
});
