import { differentiable } from "../../lib/engine/differentiable.ts";
import * as ops from "../../lib/engine/ops.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

type T = ops.Tensor;

/** Passes its input on, and tells how many tensors there are when its gradient is taken. */
function witness(x: T, tell: (tensors: number) => void): T {
  return differentiable({
    inputs: { x },
    forward: () => ops.clone(x),
    backward: (dy) => {
      tell(ops.memory().numTensors);
      return { x: () => ops.clone(dy) };
    },
  });
}

/** Tensors alive when the backward pass of so many operations reaches the first, and the gradient. */
function chain(length: number): { readonly alive: number; readonly gradient: number[] } {
  let alive = 0;
  const x = ops.tensor([0.1, 0.2]);
  const { value, gradients } = ops.variableGradients(([leaf]) => {
    let y = witness(leaf, (tensors) => alive = tensors);
    for (let i = 0; i < length; i++) y = ops.tanh(ops.reshape(ops.add(y, y), [2]));
    return { value: ops.sum(y) as ops.Scalar, aux: {} };
  }, [x]);
  for (const tensor of [x, value]) tensor.dispose();
  return { alive, gradient: take(gradients[0]) };
}

testTensors("at the end of the backward pass no more is alive for a hundred operations than for ten", () => {
  assertEquals(chain(100).alive, chain(10).alive);
});

testTensors("what is freed on the way back changes no gradient: tanh 2x has 2 (1 − tanh² 2x)", () => {
  assertClose(chain(1).gradient, [0.2, 0.4].map((y) => 2 * (1 - Math.tanh(y) ** 2)), 1e-6);
});

testTensors("a gradient within a gradient is as ever", () => {
  const x = ops.tensor([2, 3]);
  const { value, gradients } = ops.variableGradients(([leaf]) => {
    const inner = ops.variableGradients(
      ([y]) => ({ value: ops.sum(ops.mul(ops.square(y), y)) as ops.Scalar, aux: {} }),
      [
        leaf,
      ],
    );
    return { value: ops.sum(inner.gradients[0]) as ops.Scalar, aux: {} };
  }, [x]);
  assertClose(take(gradients[0]), [12, 18], 1e-5);
  for (const tensor of [x, value]) tensor.dispose();
});

/** Tensors alive after so many operations that depend on no leaf, and the gradient of one that does. */
function frozen(length: number): { readonly alive: number; readonly gradient: number[] } {
  let alive = 0;
  const [x, input] = [ops.tensor([0.1, 0.2]), ops.tensor([3, 4])];
  const { value, gradients } = ops.variableGradients(([leaf]) => {
    const features = ops.tidy(() => {
      let y = input;
      for (let i = 0; i < length; i++) {
        y = ops.gelu(ops.linear(ops.reshape(y, [1, 2]), ops.ones([2, 2]), ops.ones([2])));
      }
      return ops.tanh(y);
    });
    alive = ops.memory().numTensors;
    return { value: ops.sum(ops.mul(leaf, features)) as ops.Scalar, aux: {} };
  }, [x]);
  for (const tensor of [x, input, value]) tensor.dispose();
  return { alive, gradient: take(gradients[0]) };
}

testTensors("what no leaf reaches keeps nothing for the way back", () => {
  const [short, long] = [frozen(1), frozen(50)];
  assertEquals(long.alive, short.alive);
  assertClose(long.gradient, [1, 1], 1e-6);
});
