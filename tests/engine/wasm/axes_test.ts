import * as ops from "../../../lib/engine/ops.ts";
import { type Random, random } from "../../../lib/random.ts";
import { assertClose, assertEquals } from "../../assert.ts";
import { take, testTensors } from "../../tensors.ts";

type T = ops.Tensor;

/** Random shapes of up to five axes; an axis of 1 is not rare. */
function shapeOf(draw: Random): number[] {
  return Array.from({ length: 1 + draw.integer(5) }, () => draw.integer(4) === 0 ? 1 : 1 + draw.integer(6));
}

function drawn(draw: Random, shape: number[]): T {
  return ops.tensor(draw.normals(shape.reduce((size, n) => size * n, 1)), shape);
}

/** All indices of a shape, row-major. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (found, n) => found.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The value at an index; an axis of 1 repeats, missing axes in front too. */
function at(values: ArrayLike<number>, shape: readonly number[], index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  return values[shape.reduce((place, n, i) => place * n + (n === 1 ? 0 : own[i]), 0)];
}

testTensors("two operands of any shapes that fit together are combined value by value", () => {
  const draw = random(23, "broadcast");
  const operations: [(a: T, b: T) => T, (x: number, y: number) => number][] = [
    [ops.add, (x, y) => x + y],
    [ops.sub, (x, y) => x - y],
    [ops.mul, (x, y) => x * y],
    [ops.div, (x, y) => x / y],
    [ops.maximum, Math.max],
    [ops.minimum, Math.min],
  ];
  for (let i = 0; i < 120; i++) {
    const whole = shapeOf(draw);
    const narrowed = (): number[] =>
      whole.map((n) => draw.integer(3) === 0 ? 1 : n).slice(draw.integer(2) === 0 ? draw.integer(whole.length) : 0);
    const [a, b] = [drawn(draw, narrowed()), drawn(draw, draw.integer(2) === 0 ? whole : narrowed())];
    const [operation, of] = operations[i % operations.length];
    const y = operation(a, b);
    const [x, z] = [a.dataSync(), b.dataSync()];
    const expected = indices(y.shape).map((index) => Math.fround(of(at(x, a.shape, index), at(z, b.shape, index))));
    assertClose(take(y), expected, 0, `${operation.name} of ${a.shape} and ${b.shape}`);
    a.dispose();
    b.dispose();
  }
});

testTensors("axes are exchanged in any order", () => {
  const draw = random(29, "transpose");
  const shapes = [...Array.from({ length: 80 }, () => shapeOf(draw)), [70, 45], [3, 67, 35], [2, 33, 3, 8]];
  for (const shape of shapes) {
    const perm = Array.from(draw.permutation(shape.length));
    const x = drawn(draw, shape);
    const values = x.dataSync();
    const y = ops.transpose(x, perm);
    const expected = indices(perm.map((axis) => shape[axis])).map((index) =>
      at(values, shape, shape.map((n, axis) => n === 1 ? 0 : index[perm.indexOf(axis)]))
    );
    assertEquals(y.shape, perm.map((axis) => shape[axis]));
    assertClose(take(y), expected, 0, `${shape} by ${perm}`);
    x.dispose();
  }
});

testTensors("sums and means go over any axes", () => {
  const draw = random(31, "sums");
  for (let i = 0; i < 120; i++) {
    const shape = shapeOf(draw);
    const axes = shape.map((_, axis) => axis).filter(() => draw.integer(2) === 0);
    const x = drawn(draw, shape);
    const values = x.dataSync();
    const kept = shape.map((n, axis) => axes.includes(axis) ? 1 : n);
    const expected = indices(kept).map(() => 0);
    for (const [place, index] of indices(shape).entries()) {
      const target = kept.reduce((sum, n, axis) => sum * n + (n === 1 ? 0 : index[axis]), 0);
      expected[target] += values[place];
    }
    const count = values.length / expected.length;
    const [sum, mean] = [ops.sum(x, axes, true), ops.mean(x, axes)];
    assertEquals(sum.shape, kept);
    assertClose(take(sum), expected, 1e-4, `sum of ${shape} over ${axes}`);
    assertClose(take(mean), expected.map((value) => value / count), 1e-5, `mean of ${shape} over ${axes}`);
    x.dispose();
  }
});

testTensors("a tensor is repeated along any axes, and its gradient is the sum over the repetitions", () => {
  const draw = random(37, "tile");
  for (let i = 0; i < 60; i++) {
    const shape = shapeOf(draw).slice(0, 4);
    const times = shape.map(() => 1 + draw.integer(3));
    const x = drawn(draw, shape);
    const values = x.dataSync();
    const places = indices(shape.map((n, axis) => n * times[axis]));
    const weights = drawn(draw, shape.map((n, axis) => n * times[axis]));
    const { value, gradients, aux } = ops.variableGradients((leaves) => {
      const y = ops.tile(leaves[0], times);
      return { value: ops.sum(ops.mul(y, weights)) as ops.Scalar, aux: { y } };
    }, [x]);
    const inner = (index: readonly number[]): number[] => index.map((place, axis) => place % shape[axis]);
    assertClose(take(aux.y), places.map((index) => at(values, shape, inner(index))), 0, `${shape} by ${times}`);
    const expected = indices(shape).map(() => 0);
    for (const [i, index] of places.entries()) {
      expected[inner(index).reduce((sum, place, axis) => sum * shape[axis] + place, 0)] += weights.dataSync()[i];
    }
    assertClose(take(gradients[0]), expected, 1e-5, `gradient of ${shape} by ${times}`);
    for (const tensor of [x, weights, value]) tensor.dispose();
  }
});
