import { add, linear, memory, mul, tensor, tidy } from "../../lib/engine/ops.ts";
import { type Follow, followed, type Sketch, UnknownOperation } from "../../lib/engine/symbolic.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

/** A tensor as a formula. */
interface Formula extends Sketch {
  readonly text: string;
}

const formula = (text: string, shape: readonly number[]): Formula => ({ text, shape, dtype: "float32" });

const kernels: Record<string, Follow<Formula>> = {
  Add: ({ a, b }) => formula(`(${a.text} + ${b.text})`, a.shape),
  Multiply: ({ a, b }) => formula(`${a.text}·${b.text}`, a.shape),
};

testTensors("followed() tells what a function of tensors would compute, parameters and numbers among it", () => {
  const weight = tensor([2, 3]);
  const leaf = (other: { dataId: object }) => other.dataId === weight.dataId ? formula("w", [2]) : null;
  const constant = (values: ArrayLike<number>, { shape }: Sketch) => formula(`${values[0]}`, shape);
  const text = followed({ kernels, leaf, constant }, ({ tensor, sketch }) => {
    const x = tensor(formula("x", [2]));
    return sketch(tidy(() => add(mul(x, weight), 0.5))).text;
  });
  assertEquals(text, "(x·w + 0.5)");
  assertEquals(take(mul(weight, 2)), [4, 6]); // the backend goes on
  weight.dispose();
});

testTensors("followed() names an operation that it was not told of, and refuses to read values", () => {
  const at = { kernels, leaf: () => null, constant: () => formula("1", []) };
  const before = memory().numTensors;
  const x = formula("x", [2, 2]);
  const error = assertThrows(
    () => followed(at, ({ tensor }) => void linear(tensor(x), tensor(x), null)),
    UnknownOperation,
    'Cannot follow the operation "Reshape"',
  );
  assertEquals(error.kernel, "Reshape");
  assertThrows(() => followed(at, ({ tensor }) => tensor(x).dataSync()), Error, "reads the values of its tensors");
  const foreign = tensor([1]);
  assertThrows(() => followed(at, () => void add(foreign, foreign)), Error, "it is not among the parameters");
  foreign.dispose();
  assertEquals(memory().numTensors, before);
});
