import {
  adamUpdate,
  type Scalar,
  scalar,
  sub,
  type Tensor,
  tensor,
  tidy,
  type Updated,
  upsampleNearest,
} from "../../lib/engine/ops.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";
import { evaluate, operations } from "./operations/mod.ts";

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

testTensors("adamUpdate() gives each of several parameters its own size and decay", () => {
  const sizes = [1, 5, 1030];
  const decays = [0.5, 0, 0.1];
  const options = { rate: 0.05, beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };
  const draw = (name: string, step: number): Float32Array[] =>
    sizes.map((size, i) => random(23, name, i, step).normals(size));
  const params = draw("param", 0);
  const byHand = sizes.map((size, i) => ({
    param: Array.from(params[i]),
    first: new Array<number>(size).fill(0),
    second: new Array<number>(size).fill(0),
  }));
  const zeros = (): Tensor[] => sizes.map((size) => tensor(new Float32Array(size)));
  const [first, second] = [zeros(), zeros()];
  let states: Updated[] = params.map((param, i) => ({ param: tensor(param), first: first[i], second: second[i] }));
  for (const step of [1, 2, 3]) {
    const numbers = draw("gradient", step);
    const gradients = numbers.map((gradient) => tensor(gradient));
    const given = states.map((state, i) => ({ ...state, gradient: gradients[i], decay: decays[i] }));
    states = adamUpdate(given, { ...options, step });
    for (const gradient of gradients) gradient.dispose();
    for (const [i, { param: p, first: m, second: v }] of byHand.entries()) {
      for (const [j, g] of numbers[i].entries()) {
        m[j] = 0.9 * m[j] + 0.1 * g;
        v[j] = 0.99 * v[j] + 0.01 * g * g;
        const mean = m[j] / (1 - 0.9 ** step), root = Math.sqrt(v[j] / (1 - 0.99 ** step));
        p[j] = p[j] * (1 - 0.05 * decays[i]) - 0.05 * mean / (root + 1e-6);
      }
    }
  }
  for (const [i, { param, first, second }] of states.entries()) {
    assertClose(take(param), byHand[i].param, 2e-6, `parameter ${i}`);
    assertClose(take(first), byHand[i].first, 1e-6, `mean ${i}`);
    assertClose(take(second), byHand[i].second, 1e-6, `mean square ${i}`);
  }
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
  const operation = operations().find(({ name }) => name === "layerNorm of 300,48")!;
  const [one, two] = [evaluate(operation), evaluate(operation)];
  for (const [i, gradient] of one.gradients.entries()) {
    const gap = tidy(() => sub(gradient, two.gradients[i]));
    assert(take(gap).every((value) => value === 0));
  }
  for (const { y, dy, gradients } of [one, two]) for (const made of [y, dy, ...gradients]) made.dispose();
});
