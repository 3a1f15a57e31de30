import { principalPlane } from "../../lib/report/principal.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("principalPlane() of points in a plane is that plane, the longer side along x", () => {
  const points = [[4, 0], [-4, 0], [0, 1], [0, -1], [3, 0], [-3, 0]].map(([a, b]) => [0.6 * a, 0.8 * a, b, 5]);
  const { x, y, shares } = principalPlane(points);
  assertClose(Array.from(x, Math.abs), [4, 4, 0, 0, 3, 3], 1e-9);
  assertClose(Array.from(y, Math.abs), [0, 0, 1, 1, 0, 0], 1e-9);
  assertClose([...shares], [50 / 52, 2 / 52], 1e-12);
});

Deno.test("principalPlane() finds close variances in many dimensions, and equal points give equal planes", () => {
  const draw = random(3, "plane");
  const sides = [3, 2.7, ...Array.from({ length: 62 }, () => 1)];
  const points = Array.from({ length: 500 }, () => sides.map((side) => side * draw.normal()));
  const { x, y, shares } = principalPlane(points);
  // with the axes known, the first two coordinates nearly are the components
  const correlation = (line: Float64Array, i: number): number => {
    const own = points.map((point) => point[i]);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, k) => sum + v * b[k], 0);
    return Math.abs(dot(line, own)) / Math.sqrt(dot(line, line) * dot(own, own));
  };
  const explained = correlation(x, 0) ** 2 + correlation(x, 1) ** 2;
  assert(explained > 0.97, `${explained}`);
  assert(shares[0] > shares[1] && shares[0] + shares[1] < 0.3, `${shares}`);
  assertClose(x.reduce((sum, value, i) => sum + value * y[i], 0) / 500, 0, 1e-6);
  const again = principalPlane(points);
  assertEquals([again.x, again.y], [x, y]);
});

Deno.test("principalPlane() takes the only direction there is, and refuses too little", () => {
  const { y, shares } = principalPlane([[0, 0], [1, 1], [2, 2]]);
  assertClose([...shares], [1, 0], 1e-12);
  assertClose([...y], [0, 0, 0], 1e-12);
  assertThrows(() => principalPlane([[1, 2], [2, 3]]), RangeError, "Cannot project 2 points");
  assertThrows(() => principalPlane([[1, 2], [2, 3], [1]]), RangeError, "of 2 and 1 values");
});
