import { abs, mean, type Scalar, square, sub, type Tensor, tensor, type Tensor4D, tidy } from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, mapTree, type Tree } from "../../lib/engine/tree.ts";
import {
  criticize,
  decode,
  denoise,
  initCritic,
  initDecoder,
  initDenoiser,
  seededWeights,
  waves,
  waveWidth,
} from "../../lib/pocket/networks.ts";
import { waveTensor } from "../../lib/pocket/diffusion.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const normals = (seed: number, shape: [number, number, number, number]): Tensor4D =>
  tensor(random(seed, "x").normals(shape.reduce((a, b) => a * b, 1)), shape) as Tensor4D;

/** Weights that begin at zero hide everything before them: here they are drawn like the others. */
function withoutZeros<T extends Tree>(tree: T): T {
  return mapTree(tree, (leaf, path) => tensor(random(1, path).normals(leaf.size).map((x) => 0.2 * x), leaf.shape));
}

for (const doubling of ["nearest", "transposed"] as const) {
  testTensors(`a decoder with ${doubling} doubling makes pictures of four times the side and begins with black`, () => {
    const p = initDecoder({ latent: 4, widths: [8, 8, 8], doubling }, seededWeights(1, "decoder"));
    const z = normals(1, [2, 3, 5, 4]);
    const y = tidy(() => decode(p, z));
    assertEquals(y.shape, [2, 12, 20, 3]);
    assertEquals(new Set(take(y)), new Set([0]));
    z.dispose();
    disposeTree(p);
  });
}

testTensors("a denoiser keeps the shape, tells the levels apart and each sample from the others", () => {
  const begun = initDenoiser({ channels: 4, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const p = withoutZeros(begun);
  const one = normals(2, [1, 8, 8, 4]);
  const at = (level: number) => take(tidy(() => denoise(p, one, waveTensor([level]))));
  assertEquals(at(10).length, 256);
  assert(at(10).some((value, i) => Math.abs(value - at(300)[i]) > 1e-3));
  const other = normals(3, [1, 8, 8, 4]);
  const both = take(tidy(() => {
    const joined = tensor([...one.dataSync(), ...other.dataSync()], [2, 8, 8, 4]) as Tensor4D;
    return denoise(p, joined, waveTensor([10, 300]));
  }));
  assertClose(both.slice(0, 256), at(10), 1e-4);
  for (const x of [one, other]) x.dispose();
  disposeTree([begun, p]);
});

testTensors("the gradient of a denoiser reaches its first filter", () => {
  const begun = initDenoiser({ channels: 2, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const p = withoutZeros(begun);
  const x = normals(5, [1, 4, 4, 2]);
  const filter = entries(p).find(([path]) => path === "input.weight")![1];
  const value = (weight: Tensor): Scalar => {
    const changed = fill(p, new Map([...entries(p), ["input.weight", weight]]));
    return mean(square(denoise(changed, x, waveTensor([50])))) as Scalar;
  };
  const slope = (values: number[]) => ({ values, shape: [3, 3, 2, 8], tolerance: 1e-3 });
  assertGradient(value, slope(Array.from(filter.dataSync())));
  x.dispose();
  disposeTree([begun, p]);
});

testTensors("a critic scores every neighbourhood", () => {
  const p = initCritic({ width: 8 }, seededWeights(1, "critic"));
  const x = normals(4, [2, 16, 24, 3]);
  const y = tidy(() => criticize(p, x));
  assertEquals(y.shape, [2, 4, 6, 1]);
  y.dispose();
  x.dispose();
  disposeTree(p);
});

Deno.test("waves() of level 0 are sines of 0 and cosines of 1, and of level 1 begin with sin 1 and cos 1", () => {
  const rows = waves([0, 1]);
  const half = waveWidth / 2;
  assertEquals([...rows.slice(0, half)], Array(half).fill(0));
  assertEquals([...rows.slice(half, waveWidth)], Array(half).fill(1));
  assertClose([rows[waveWidth], rows[waveWidth + half]], [Math.sin(1), Math.cos(1)], 1e-7);
});

testTensors(
  "seededWeights() draws the same for the same seed and name, with the deviation of PyTorch's defaults",
  () => {
    const draw = (seed: number, name: string) => take(seededWeights(seed, "net")(name, 12)([40, 50]));
    assertEquals(draw(1, "a"), draw(1, "a"));
    assert(draw(1, "a")[0] !== draw(1, "b")[0] && draw(1, "a")[0] !== draw(2, "a")[0]);
    const values = draw(1, "a");
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    assertClose(deviation, 1 / 6, 0.01);
    const [absolute] = take(tidy(() => {
      const x = tensor(values);
      return mean(abs(sub(x, mean(x))));
    }));
    assert(absolute > 0.1);
  },
);
