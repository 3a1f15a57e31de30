import { add, mean, mul, type Scalar, square, sub, type Tensor, tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree, type Tree } from "../../lib/engine/tree.ts";
import { meanSlope, type Slope, type Sloped, slopeOf } from "../../lib/optimizers/slope.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

type Params = { readonly p: Tensor };
type Buffers = { readonly seen: Tensor };

/** The mean squared distance of p to some numbers; its buffer counts and its term is p's first value. */
function distanceTo(numbers: ArrayLike<number>): (params: Params, buffers: Tree) => Sloped<Params> {
  const slope = (buffers: Buffers): Slope<Params> =>
    slopeOf(({ p }) =>
      tidy(() => ({
        value: { total: mean<Scalar>(square(sub(p, tensor(Array.from(numbers))))), terms: { half: mean<Scalar>(p) } },
        buffers: { seen: add(mul(buffers.seen, 2), numbers[0]) },
      }))
    );
  return (params, buffers) => slope(buffers as Buffers)(params);
}

testTensors("slopeOf() gives the value, its terms, its gradient and the buffers, and they are the caller's", () => {
  const [params, buffers] = [{ p: tensor([3]) }, { seen: tensor(1) }];
  const found = distanceTo([1, 2])(params, buffers);
  // ((3 − 1)² + (3 − 2)²) / 2 = 2.5, its slope 2 · (2 + 1) / 2
  assertClose([...found.value.total.dataSync(), ...found.value.terms.half.dataSync()], [2.5, 3], 1e-6);
  assertClose(found.gradient.p.dataSync(), [3], 1e-6);
  assertEquals([...(found.buffers as Buffers).seen.dataSync()], [3]);
  disposeTree([found.value, found.gradient, found.buffers]);
  assertEquals([...params.p.dataSync(), ...buffers.seen.dataSync()], [3, 1]);
  disposeTree([params, buffers]);
});

testTensors("meanSlope() of equal parts of a batch is the slope of the whole", () => {
  const numbers = random(5, "batch").normals(12);
  const [params, buffers] = [{ p: tensor([0.7]) }, { seen: tensor(0) }];
  for (const parts of [1, 2, 3, 4]) {
    const size = numbers.length / parts;
    const slopes = Array.from({ length: parts }, (_, i) => distanceTo(numbers.slice(i * size, (i + 1) * size)));
    const [mean, whole] = [meanSlope(slopes, buffers)(params), distanceTo(numbers)(params, buffers)];
    assertClose(mean.gradient.p.dataSync(), whole.gradient.p.dataSync(), 1e-6);
    assertClose(mean.value.total.dataSync(), whole.value.total.dataSync(), 1e-6);
    assertClose(mean.value.terms.half.dataSync(), whole.value.terms.half.dataSync(), 1e-6);
    for (const { value, gradient, buffers } of [mean, whole]) disposeTree([value, gradient, buffers]);
  }
  disposeTree([params, buffers]);
});

testTensors("meanSlope() hands each slope the buffers that the one before left", () => {
  const [params, buffers] = [{ p: tensor([0]) }, { seen: tensor(1) }];
  const found = meanSlope([distanceTo([3]), distanceTo([5]), distanceTo([7])], buffers)(params);
  assertEquals(take((found.buffers as Buffers).seen), [((1 * 2 + 3) * 2 + 5) * 2 + 7]);
  assertEquals([...buffers.seen.dataSync()], [1]); // the caller's stay
  disposeTree([found.value, found.gradient, params, buffers]);
});

testTensors("meanSlope() frees what it has when a slope fails", () => {
  const [params, buffers] = [{ p: tensor([0]) }, { seen: tensor(1) }];
  const fails = (): never => {
    throw new Error("the heap is full");
  };
  assertThrows(() => meanSlope([distanceTo([3]), fails], buffers)(params), Error, "the heap is full");
  assert(!params.p.isDisposed && !buffers.seen.isDisposed);
  disposeTree([params, buffers]);
});
