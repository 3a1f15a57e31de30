/** What tests of tensors share: a backend, the count of live tensors, gradients against finite differences. */
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { valueAndGradient } from "../lib/engine/gradient.ts";
import { memory, type Scalar, type Tensor, tensor, tidy } from "../lib/engine/ops.ts";
import { assert, assertClose, assertEquals } from "./assert.ts";

/** The backend that tests run on: `COUNTERPROOF_BACKEND`, or wasm. */
export const testBackend = (Deno.env.get("COUNTERPROOF_BACKEND") ?? "wasm") as BackendName;

globalThis.addEventListener("unload", closeBackend);

/** A test that ends with the tensors it began with. */
export function testTensors(name: string, test: () => void | Promise<void>): void {
  Deno.test({
    name,
    // the backend's threads outlive the test that starts them
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      await useBackend(testBackend);
      const before = memory().numTensors;
      await test();
      assertEquals(memory().numTensors, before, "live tensors");
    },
  });
}

/** The values of a tensor, which is disposed. */
export function take(x: Tensor): number[] {
  const values = Array.from(x.dataSync());
  x.dispose();
  return values;
}

/** The gradient of a function of a matrix of numbers. */
export function gradientAt(f: (x: Tensor) => Scalar, rows: readonly (readonly number[])[]): number[] {
  const x = tensor(rows.flat(), [rows.length, rows[0].length]);
  const { value, gradient } = valueAndGradient((leaves: { x: Tensor }) => ({ value: f(leaves.x), aux: {} }), { x });
  value.dispose();
  x.dispose();
  return take(gradient.x);
}

/**
 * Claims that the gradient of a function of some numbers is what central differences say, number by number.
 *
 * @param f sees the numbers as a tensor of the shape
 * @param options `step`: distance of the two points; `tolerance`: absolute, above what float32 rounds off over it
 */
export function assertGradient(
  f: (x: Tensor) => Scalar,
  { values, shape, step = 1e-2, tolerance = 2e-3 }: {
    values: readonly number[];
    shape: number[];
    step?: number;
    tolerance?: number;
  },
): void {
  const x = tensor([...values], shape);
  const { value, gradient } = valueAndGradient((leaves: { x: Tensor }) => ({ value: f(leaves.x), aux: {} }), { x });
  value.dispose();
  x.dispose();
  const at = (moved: readonly number[]): number => {
    const place = tensor([...moved], shape);
    const [result] = take(tidy(() => f(place)));
    place.dispose();
    return result;
  };
  const expected = values.map((_, i) => {
    const up = at(values.map((value, j) => i === j ? value + step : value));
    const down = at(values.map((value, j) => i === j ? value - step : value));
    return (up - down) / (2 * step);
  });
  const got = take(gradient.x);
  assert(expected.some((slope) => Math.abs(slope) > 10 * tolerance), "the gradient is too flat to be tested");
  assertClose(got, expected, tolerance, "gradient");
}
