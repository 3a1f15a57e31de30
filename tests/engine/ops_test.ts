import {
  adamUpdate,
  type Scalar,
  scalar,
  sum,
  type Tensor,
  tensor,
  tidy,
  upsampleNearest,
} from "../../lib/engine/ops.ts";
import { add, mul, sub } from "../../lib/engine/ops.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";
import { evaluate, inputsOf, operations } from "./operations.ts";

testTensors("every operation's gradient is the adjoint of its differential", () => {
  for (const operation of operations()) {
    const { y, dy, gradients } = evaluate(operation);
    const inputs = inputsOf(operation);
    gradients.forEach((gradient, i) => {
      const draw = random(17, operation.name, i);
      const way = tensor(draw.normals(gradient.size), gradient.shape);
      // kinks are 0.05 away or farther; without them, a step that float32 can tell from rounding
      const kinks = operation.kinks === true || operation.beforeRelu !== undefined;
      const step = operation.kinks === true ? 2e-3 : kinks ? 6e-3 : 2e-2;
      const at = (distance: number): number =>
        take(tidy(() => {
          const moved = add(inputs[i], mul(way, distance)) as Tensor;
          return sum(mul(operation.apply(...inputs.with(i, moved)), dy));
        }))[0];
      const along = kinks
        ? (at(step) - at(-step)) / (2 * step)
        : (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      const [expected] = take(tidy(() => sum(mul(gradient, way))));
      const [scale] = take(tidy(() => sum(mul(mul(gradient, way), mul(gradient, way)))));
      assertClose(expected, along, 3e-3 * Math.max(1, Math.sqrt(scale)), `${operation.name}, input ${i}`);
      way.dispose();
    });
    for (const made of [y, dy, ...gradients, ...inputs]) made.dispose();
  }
});

testTensors("adamUpdate() follows PyTorch's AdamW", () => {
  // by hand: two steps on one value with gradient 0.5 then −0.25
  const options = { rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
  let state = { param: tensor([2]), first: tensor([0]), second: tensor([0]) };
  let [p, m, v] = [2, 0, 0];
  for (const [i, g] of [0.5, -0.25].entries()) {
    const gradient = tensor([g]);
    [state] = adamUpdate([{ ...state, gradient, decay: 0.2 }], { ...options, step: i + 1 }) as [typeof state];
    gradient.dispose();
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    p = p - 0.1 * 0.2 * p - 0.1 * (m / (1 - 0.9 ** (i + 1))) / (Math.sqrt(v / (1 - 0.99 ** (i + 1))) + 1e-8);
  }
  assertClose(take(state.param), [p], 1e-6);
  assertClose(take(state.first), [m], 1e-7);
  assertClose(take(state.second), [v], 1e-7);
});

testTensors("adamUpdate() takes rate and step as scalars too, with the same result to 1e-6", () => {
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const update = (rate: number | Scalar, step: number | Scalar): number[] => {
    const [param, gradient, first, second] = [[1, -2], [0.5, -3], [0.1, 0.2], [0.01, 0.5]].map((values) =>
      tensor(values)
    );
    const [updated] = adamUpdate([{ param, gradient, first, second, decay: 0.1 }], { ...options, rate, step });
    gradient.dispose();
    return [updated.param, updated.first, updated.second].flatMap(take);
  };
  for (const step of [1, 2, 10, 10_000]) {
    const [rate, count] = [scalar(0.1), scalar(step)];
    assertClose(update(rate, count), update(0.1, step), 1e-6, `step ${step}`);
    for (const each of [rate, count]) each.dispose();
  }
});

testTensors("adamUpdate() leaves a tensor alone that shares the parameter's values", () => {
  const param = tensor([1, 2, 3, 4, 5]);
  const copy = param.clone();
  const zeros = (): Tensor => tensor([0, 0, 0, 0, 0]);
  const gradient = tensor([1, 1, 1, 1, 1]);
  const options = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
  const [updated] = adamUpdate([{ param, gradient, first: zeros(), second: zeros(), decay: 0 }], options);
  gradient.dispose();
  assertClose(take(copy), [1, 2, 3, 4, 5], 0);
  assertClose(take(updated.param), [0.9, 1.9, 2.9, 3.9, 4.9], 1e-6);
  updated.first.dispose();
  updated.second.dispose();
});

testTensors("upsampleNearest() refuses a factor that is no whole number", () => {
  const x = tensor([1, 2], [1, 1, 2, 1]);
  assertThrows(() => upsampleNearest(x, 1.5), RangeError, "Cannot upsample by a factor of 1.5");
  x.dispose();
});

testTensors("gradients of equal seeds are equal to the last bit", () => {
  const operation = operations().find(({ name }) => name.startsWith("layerNorm of 48"))!;
  const [one, two] = [evaluate(operation), evaluate(operation)];
  for (const [i, gradient] of one.gradients.entries()) {
    const gap = tidy(() => sub(gradient, two.gradients[i]));
    assert(take(gap).every((value) => value === 0));
  }
  for (const { y, dy, gradients } of [one, two]) for (const made of [y, dy, ...gradients]) made.dispose();
});
