import { tensor } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { clipped, globalNorm } from "../../lib/optimizers/clip.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

const gradient = () => ({ a: tensor([[2, -4]]), b: [tensor([5]), tensor(6)] }); // 4 + 16 + 25 + 36 = 81

testTensors("globalNorm() is over all values of a tree", () => {
  const tree = gradient();
  assertClose(take(globalNorm(tree)), [9], 1e-6);
  disposeTree(tree);
});

testTensors("clipped() shortens to the norm and keeps the direction", () => {
  const shorter = clipped(gradient(), 3);
  assertClose(take(globalNorm(shorter)), [3], 1e-5);
  assertClose(shorter.a.dataSync(), [2 / 3, -4 / 3], 1e-5);
  disposeTree(shorter);
});

testTensors("clipped() leaves shorter gradients as they are, to the last bit", () => {
  for (const largest of [9.1, 1000, null]) {
    const same = clipped(gradient(), largest);
    assertEquals([...same.a.dataSync(), ...same.b[0].dataSync(), ...same.b[1].dataSync()], [2, -4, 5, 6]);
    disposeTree(same);
  }
});

testTensors("clipped() of zeros is zeros", () => {
  const nothing = clipped({ a: tensor([0, 0]) }, 1);
  assertEquals(take(nothing.a), [0, 0]);
});

testTensors("clipped() consumes the gradient", () => {
  const given = gradient();
  const shorter = clipped(given, 3);
  assert(given.a.isDisposed && given.b[0].isDisposed);
  disposeTree(shorter);
});
