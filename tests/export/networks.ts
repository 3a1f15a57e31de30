/** Small networks of every kind, with weights that leave nothing of them idle. */
import { type Tensor, tensor } from "../../lib/engine/ops.ts";
import { disposeTree, mapTree } from "../../lib/engine/tree.ts";
import { clip, convnext, errorGuided, linear, mlp, resnet } from "../../lib/models/mod.ts";
import { type Model, type ModelNetwork, modelTemplate } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";

const vit = { width: 16, layers: 2, heads: 2, hidden: 24, image: 16, patch: 4, projection: 8 } as const;
const text = { width: 12, layers: 2, heads: 3, hidden: 16, vocabulary: 50 } as const;
const guided = (parts: Parameters<typeof errorGuided>[0] & object) => errorGuided({ channels: 128, side: 4, ...parts });

/** A network, the side of its images, and that of its error maps where it looks at some. */
export interface Case {
  readonly model: Model;
  readonly size: number;
  readonly maps?: readonly [height: number, width: number];
}

/** By what is in them that the others do not have. */
export const cases: Readonly<Record<string, Case>> = {
  "ConvNeXt": { model: { backbone: convnext({ depths: [1, 2], dims: [4, 6] }), head: linear() }, size: 16 },
  "ConvNeXt with all that is ours": {
    model: {
      backbone: convnext({
        ...{ depths: [1, 1, 1], dims: [4, 6, 8], kernel: 5, stem: { size: 4, stride: 2 }, expansion: 2 },
        ...{ layerScale: null, highPass: 10, transitions: "gelu", initial: "fanIn", dropPath: 0.2 },
      }),
      head: linear({ classes: 2, embedding: 5, activation: "gelu", dropout: 0.5 }),
    },
    size: 24,
  },
  "ResNet-18": {
    model: { backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1] }), head: mlp({ widths: [8, 6] }) },
    size: 33,
  },
  "ResNet-50 without downsampling, judged by places": {
    model: {
      backbone: resnet({ blocks: [1, 1, 1, 1], downsample: false, activation: "leakyRelu" }),
      head: linear({ classes: 2, places: true, embedding: 4 }),
    },
    size: 9,
  },
  "CLIP as a transformer": { model: { backbone: clip({ sizes: vit }), head: linear() }, size: 16 },
  "CLIP with GELU, and without a projection": {
    model: {
      backbone: clip({ sizes: { ...vit, projection: null }, activation: "gelu" }),
      head: linear({ classes: 2 }),
    },
    size: 16,
  },
  "CLIP with captions": {
    model: {
      backbone: clip({ sizes: vit, towers: ["image", "text"], text }),
      head: mlp({ widths: [6], classes: 2, slope: 0.1 }),
    },
    size: 16,
  },
  "CLIP as a ResNet": { model: { backbone: clip({ variant: "pocket" }), head: linear() }, size: 64 },
  "error maps, all parts": {
    model: {
      backbone: clip({ variant: "pocket" }),
      refine: guided({ parts: ["embedding", "spatial", "channel", "map"] }),
      head: linear({ classes: 2 }),
    },
    ...{ size: 64, maps: [8, 8] },
  },
  "error maps alone, of another size than the map's": {
    model: { backbone: clip({ variant: "pocket" }), refine: guided({ parts: ["spatial", "map"] }), head: linear() },
    ...{ size: 64, maps: [6, 9] },
  },
  "error maps beside a ConvNeXt": {
    model: {
      backbone: convnext({ depths: [1, 1], dims: [4, 6] }),
      refine: errorGuided({ channels: 4, side: 4 }),
      head: linear(),
    },
    ...{ size: 16, maps: [2, 2] },
  },
  "error maps beside a ResNet": {
    model: {
      backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1] }),
      refine: errorGuided({ parts: ["channel"], channels: 256, side: 2 }),
      head: linear(),
    },
    ...{ size: 32, maps: [4, 4] },
  },
};

/** A network whose every weight is drawn, variances and factors of branches too. */
export function drawnNetwork(model: Model, seed = 1): ModelNetwork {
  const template = modelTemplate(model);
  const draw = (leaf: Tensor, path: string): Tensor => {
    const numbers = random(seed, path).normals(leaf.size);
    const [h = 1, w = 1, inputs] = leaf.shape;
    const fan = leaf.rank === 4 ? h * w * inputs : leaf.rank === 2 ? w : 1;
    const values = /running_var$/.test(path)
      ? numbers.map((value) => 0.5 + value * value)
      : /num_batches/.test(path)
      ? numbers.map(() => 3)
      : leaf.rank >= 2
      ? numbers.map((value) => value / Math.sqrt(fan))
      : /(norm\w*|bn\d?|downsample\.\d|layers\.\d)\.weight$|gamma$/.test(path)
      ? numbers.map((value) => 1 + 0.3 * value)
      : numbers.map((value) => 0.3 * value);
    return tensor(values, leaf.shape);
  };
  try {
    return mapTree(template, draw);
  } finally {
    disposeTree(template);
  }
}
