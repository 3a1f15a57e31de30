import * as ops from "../../../lib/engine/ops.ts";
import { random } from "../../../lib/random.ts";
import { assertClose } from "../../assert.ts";
import { take, testTensors } from "../../tensors.ts";

type Image = readonly [n: number, h: number, w: number, c: number];

interface Case {
  readonly image: Image;
  readonly outputs: number;
  readonly pad: number;
  readonly relu: boolean;
}

/** A 3 × 3 convolution of stride 1 and its gradients under dy, one product after another, in double precision. */
function direct(
  { image: [n, h, w, c], outputs: o, pad, relu }: Case,
  [x, filter, bias, dy]: Float32Array[],
): { y: Float64Array; dx: Float64Array; ofFilter: Float64Array; ofBias: Float64Array } {
  const [oh, ow] = [h + 2 * pad - 2, w + 2 * pad - 2];
  const y = new Float64Array(n * oh * ow * o), dx = new Float64Array(x.length);
  const ofFilter = new Float64Array(filter.length), ofBias = new Float64Array(o);
  const visit = (use: (output: number, input: number, weight: number) => void): void => {
    for (let pixel = 0; pixel < n * oh * ow; pixel++) {
      const [image, i, j] = [Math.floor(pixel / (oh * ow)), Math.floor(pixel / ow) % oh, pixel % ow];
      for (let tap = 0; tap < 9; tap++) {
        const [row, column] = [i + Math.floor(tap / 3) - pad, j + tap % 3 - pad];
        if (row < 0 || row >= h || column < 0 || column >= w) continue;
        for (let a = 0; a < c; a++) {
          for (let b = 0; b < o; b++) {
            use(pixel * o + b, ((image * h + row) * w + column) * c + a, (tap * c + a) * o + b);
          }
        }
      }
    }
  };
  for (let i = 0; i < y.length; i++) y[i] = bias[i % o];
  visit((output, input, weight) => y[output] += x[input] * filter[weight]);
  const dz = dy.map((value, i) => relu && !(y[i] > 0) ? 0 : value);
  if (relu) { for (let i = 0; i < y.length; i++) y[i] = Math.max(0, y[i]); }
  visit((output, input, weight) => {
    dx[input] += dz[output] * filter[weight];
    ofFilter[weight] += dz[output] * x[input];
  });
  for (let i = 0; i < dz.length; i++) ofBias[i % o] += dz[i];
  return { y, dx, ofFilter, ofBias };
}

testTensors("a 3 × 3 convolution in tiles is what single products give, to 5e-6 of the largest value", () => {
  const draw = random(41, "convolution");
  const drawn: Case[] = Array.from({ length: 16 }, (_, i) => ({
    image: [1 + draw.integer(2), 3 + draw.integer(8), 3 + draw.integer(8), 16 + 4 * draw.integer(5)],
    outputs: 16 + 4 * draw.integer(5),
    pad: draw.integer(4),
    relu: i % 2 === 0,
  }));
  const cases: Case[] = [
    ...drawn,
    { image: [1, 1, 1, 16], outputs: 16, pad: 1, relu: false },
    // more tiles than one block takes, and more channels than one panel is deep
    { image: [2, 21, 22, 20], outputs: 16, pad: 1, relu: false },
    { image: [1, 4, 3, 260], outputs: 16, pad: 1, relu: false },
  ];
  for (const each of cases) {
    const { image, outputs, pad, relu } = each;
    const [n, h, w, c] = image;
    const shapes = [[...image], [3, 3, c, outputs], [outputs], [n, h + 2 * pad - 2, w + 2 * pad - 2, outputs]];
    const values = shapes.map((shape) => draw.normals(shape.reduce((size, d) => size * d, 1)));
    const [x, filter, bias, dy] = values.map((numbers, i) => ops.tensor(numbers, shapes[i]));
    const expected = direct(each, values);
    const { value, gradients, aux } = ops.variableGradients((leaves) => {
      const y = ops.convolve(leaves[0], leaves[1], leaves[2], { pad, activation: relu ? "relu" : null });
      return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
    }, [x, filter, bias]);
    const name = `${image} to ${outputs}, pad ${pad}${relu ? ", relu" : ""}`;
    const found = { y: aux.y, dx: gradients[0], ofFilter: gradients[1], ofBias: gradients[2] };
    for (const key of ["y", "dx", "ofFilter", "ofBias"] as const) {
      const largest = expected[key].reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      assertClose(take(found[key]), expected[key], 5e-6 * largest, `${key} of ${name}`);
    }
    for (const tensor of [x, filter, bias, dy, value]) tensor.dispose();
  }
});
