import { gradCam, normalised, occlusion, SQUARES } from "../../lib/detect/grad_cam.ts";
import { clip, convnext, linear, resnet } from "../../lib/models/mod.ts";
import { forwardModel, initModel, type Model } from "../../lib/models/model.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { judging } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const small = convnext({ depths: [1, 1], dims: [4, 8], kernel: 3, stem: { size: 2, stride: 2 }, initial: "fanIn" });

/** An image [1, side, side, 3], grey with noise in its top left quarter. */
function corner(side: number): Tensor4D {
  const draw = random(1, "corner");
  const data = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return x < side / 2 && y < side / 2 ? draw.normal() : 0;
  });
  return tensor(data, [1, side, side, 3]) as Tensor4D;
}

async function withModel<T>(model: Model, use: (network: Awaited<ReturnType<typeof initModel>>) => Promise<T>) {
  const network = await initModel(model, (name) => random(3, name));
  try {
    return await use(network);
  } finally {
    disposeTree(network);
  }
}

testTensors("gradCam() of a linear head is its weights times the map", async () => {
  // ResNet's features are the mean of its last map, so that the log-odds' gradient by the map is its weight over H·W
  const model = { backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }), head: linear() };
  const images = corner(16);
  await withModel(model, async (network) => {
    let map: number[] = [], shape: number[] = [];
    const lastMap = (x: Tensor4D) => {
      [map, shape] = [[...x.dataSync()], x.shape];
      return x;
    };
    disposeTree(Object.values(forwardModel(model, network, { images, pass: { ...judging, lastMap } })));
    const head = network.params.head as unknown as { fc: { weight: { dataSync(): Float32Array } } };
    const weight = head.fc.weight.dataSync();
    const [, height, width, channels] = shape;
    const byHand = Float32Array.from({ length: height * width }, (_, place) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += map[place * channels + c] * weight[c];
      return Math.max(0, sum);
    });
    const heat = await gradCam({ model, network, images, verdict: "fake" });
    assertEquals([heat!.width, heat!.height], [width, height]);
    assertClose(heat!.values, normalised(byHand, { width, height }).values, 1e-3);
  });
  images.dispose();
});

testTensors("gradCam() of the other verdict is of the other sign, for one logit and for two", async () => {
  for (const classes of [1, 2] as const) {
    const model = { backbone: small, head: linear({ classes, embedding: 4, activation: "gelu" }) };
    const images = corner(16);
    await withModel(model, async (network) => {
      const [fake, real] = [
        await gradCam({ model, network, images, verdict: "fake" }),
        await gradCam({
          model,
          network,
          images,
          verdict: "real",
        }),
      ];
      for (const [i, value] of fake!.values.entries()) assert(value === 0 || real!.values[i] === 0, `place ${i}`);
      assert(Math.max(...fake!.values, ...real!.values) === 1);
    });
    images.dispose();
  }
});

testTensors("gradCam() is null for a vision transformer, and occlusion() finds what the verdict hangs on", async () => {
  const sizes = { width: 16, layers: 1, heads: 2, hidden: 16, patch: 4, image: 16, projection: 8 };
  const model = { backbone: clip({ sizes }), head: linear() };
  const images = corner(16);
  await withModel(model, async (network) => {
    for (const verdict of ["fake", "real"] as const) {
      assertEquals(await gradCam({ model, network, images, verdict }), null);
      const heat = await occlusion({ model, network, images, verdict });
      assertEquals([heat.width, heat.height, heat.values.length], [SQUARES, SQUARES, SQUARES ** 2]);
      assert(heat.values.every((value) => value >= 0 && value <= 1));
    }
  });
  images.dispose();
});

testTensors("occlusion() sees nothing where covering changes nothing", async () => {
  const model = { backbone: small, head: linear() };
  const images = tensor(new Float32Array(16 * 16 * 3).fill(0.3), [1, 16, 16, 3]) as Tensor4D;
  await withModel(model, async (network) => {
    const { values } = await occlusion({ model, network, images, verdict: "fake" });
    assert(values.every((value) => value === 0));
  });
  images.dispose();
});

Deno.test("normalised() keeps zeros where nothing is above them", () => {
  assertEquals([...normalised([-1, 0], { width: 2, height: 1 }).values], [0, 0]);
  assertEquals([...normalised([-1, 0, 4, 2], { width: 2, height: 2 }).values], [0, 0, 1, 0.5]);
});
