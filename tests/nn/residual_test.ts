import { tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { judging } from "../../lib/nn/pass.ts";
import { applyBlock, type BlockPlan, initBlock, initBlockBuffers } from "../../lib/nn/residual.ts";
import { applySmallResnet, initSmallResnet } from "../../lib/nn/small_resnet.ts";
import { ones } from "../../lib/nn/initial.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

/** A block whose filters are all ones, on one pixel where only their centres see something. */
function onOnes(plan: BlockPlan, x: number, bend: "relu" | "leakyRelu"): number[] {
  const block = initBlock(plan, null, "");
  const filters = entries(block).filter(([path]) => path.endsWith("weight") && !/(bn\d|downsample\.1)/.test(path));
  const own = new Map(filters.map(([path, leaf]) => [path, ones(leaf.shape)]));
  const at = (path: string) => ({ weight: own.get(`${path}.weight`)! });
  const whole = {
    ...block,
    conv1: at("conv1"),
    conv2: at("conv2"),
    ...(block.conv3 === undefined ? {} : { conv3: at("conv3") }),
    ...(block.downsample === undefined ? {} : { downsample: [at("downsample.0"), block.downsample[1]] as const }),
  };
  const [buffers, pixel] = [initBlockBuffers(plan), tensor([[[[x]]]]) as Tensor4D];
  const y = take(applyBlock(whole, { buffers, norm: judging.norm, stride: plan.stride, bend }, pixel));
  disposeTree([block, ...own.values(), buffers, pixel]);
  return y;
}

testTensors("a basic block adds its branch to what came in, then bends", () => {
  const plan = { form: "basic", inputs: 1, inner: 1, stride: 1 } as const;
  assertClose(onOnes(plan, 2, "relu"), [4], 1e-3); // 2 + 2
  assertClose(onOnes(plan, -2, "relu"), [0], 1e-6); // the branch is 0, −2 is bent
  assertClose(onOnes(plan, -2, "leakyRelu"), [-0.0202], 1e-5); // −2 → −.02 → −.02 − 2 → a hundredth
});

testTensors("where shapes change a norm and a filter carry the other branch", () => {
  const basic = { form: "basic", inputs: 1, inner: 2, stride: 2 } as const;
  // 3 → (3, 3) → (6, 6); beside it (3, 3)
  assertClose(onOnes(basic, 3, "relu"), [9, 9], 1e-3);
  const bottleneck = { form: "bottleneck", inputs: 1, inner: 2, stride: 1 } as const;
  // 3 → (3, 3) → (6, 6) → four times as wide, 12 each; beside it 3
  assertClose(onOnes(bottleneck, 3, "relu"), new Array(8).fill(15), 1e-2);
});

testTensors("a small ResNet names its stages, halves what it sees and means over it", () => {
  const plan = { inputs: 4, widths: [2, 3], blocks: 2, carrier: 3 } as const;
  const state = initSmallResnet(plan, (name) => random(1, name));
  const shapes = Object.fromEntries(entries(state.params).map(([path, leaf]) => [path, leaf.shape]));
  assertEquals(shapes["conv.weight"], [3, 3, 4, 2]);
  assertEquals(shapes["layer2.0.downsample.0.weight"], [3, 3, 2, 3]);
  assertEquals(shapes["layer2.1.conv2.weight"], [3, 3, 3, 3]);
  assertEquals("layer1.0.downsample.0.weight" in shapes, false);
  const images = tensor([...random(2, "x").normals(2 * 6 * 4 * 4)], [2, 6, 4, 4]) as Tensor4D;
  const first = tensor(images.dataSync().slice(0, 96), [1, 6, 4, 4]) as Tensor4D;
  const both = take(applySmallResnet(plan, state, { images, norm: judging.norm }));
  assertEquals(both.length, 2 * 3);
  assertClose(take(applySmallResnet(plan, state, { images: first, norm: judging.norm })), both.slice(0, 3), 1e-4);
  disposeTree([state.params, state.buffers, images, first]);
});
