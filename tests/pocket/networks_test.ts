import {
  abs,
  mean,
  mul,
  type Scalar,
  square,
  sub,
  type Tensor,
  tensor,
  type Tensor4D,
  tidy,
} from "../../lib/engine/ops.ts";
import { disposeTree, entries, fill, mapTree, type Tree } from "../../lib/engine/tree.ts";
import {
  applyDoubling,
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

for (const doubling of ["nearest", "transposed", "transposed-4", "shuffle"] as const) {
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
  const at = (level: number) => take(tidy(() => denoise(p, one, { wave_BE: waveTensor([level]), beside_BHWD: null })));
  assertEquals(at(10).length, 256);
  assert(at(10).some((value, i) => Math.abs(value - at(300)[i]) > 1e-3));
  const other = normals(3, [1, 8, 8, 4]);
  const both = take(tidy(() => {
    const joined = tensor([...one.dataSync(), ...other.dataSync()], [2, 8, 8, 4]) as Tensor4D;
    return denoise(p, joined, { wave_BE: waveTensor([10, 300]), beside_BHWD: null });
  }));
  assertClose(both.slice(0, 256), at(10), 1e-4);
  for (const x of [one, other]) x.dispose();
  disposeTree([begun, p]);
});

testTensors("a denoiser sees what stands beside the noisy sample", () => {
  const begun = initDenoiser({ channels: 3, beside: 3, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const p = withoutZeros(begun);
  const [x, beside, other] = [6, 7, 8].map((seed) => normals(seed, [1, 8, 8, 3]));
  const given = (beside_BHWD: Tensor4D) => take(tidy(() => denoise(p, x, { wave_BE: waveTensor([10]), beside_BHWD })));
  assertEquals(given(beside).length, 192);
  assert(given(beside).some((value, i) => Math.abs(value - given(other)[i]) > 1e-3));
  for (const each of [x, beside, other]) each.dispose();
  disposeTree([begun, p]);
});

testTensors("pixel shuffle lays four channels out as two by two pixels", () => {
  const p = initDecoder({ latent: 4, widths: [4, 4], doubling: "shuffle" }, seededWeights(1, "decoder"));
  const [{ spread }] = p.stages[0].double as unknown as { spread: { weight: Tensor; bias: Tensor } }[];
  assertEquals([spread.weight.shape, spread.bias.shape], [[3, 3, 4, 16], [16]]);
  // a bias alone shows the order: channel c of a pixel comes from the bias at 4 · (2 · row + column) + c
  const bare = fill(
    p,
    new Map(
      entries(p).map(([path, leaf]) => [
        path,
        path.endsWith("spread.bias") ? tensor(Array.from({ length: 16 }, (_, i) => i)) : mul(leaf, 0),
      ]),
    ),
  );
  const z = normals(9, [1, 1, 1, 4]);
  const y = tidy(() => applyDoubling(bare.stages[0].double[0], z));
  assertEquals(y.shape, [1, 2, 2, 4]);
  assertEquals(take(y), Array.from({ length: 16 }, (_, i) => i));
  z.dispose();
  disposeTree([p, bare]);
});

testTensors("the gradient of a denoiser reaches its first filter", () => {
  const begun = initDenoiser({ channels: 2, widths: [8, 8] }, seededWeights(1, "denoiser"));
  const p = withoutZeros(begun);
  const x = normals(5, [1, 4, 4, 2]);
  const filter = entries(p).find(([path]) => path === "input.weight")![1];
  const value = (weight: Tensor): Scalar => {
    const changed = fill(p, new Map([...entries(p), ["input.weight", weight]]));
    return mean(square(denoise(changed, x, { wave_BE: waveTensor([50]), beside_BHWD: null }))) as Scalar;
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
