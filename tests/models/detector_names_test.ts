import type { Stored } from "../../lib/engine/safetensors.ts";
import { storeTree } from "../../lib/engine/layout.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { type Detector, fromDetector } from "../../lib/models/detector_names.ts";
import { fromTimm } from "../../lib/models/convnext_names.ts";
import { convnext, linear, mlp, resnet } from "../../lib/models/mod.ts";
import { type Model, modelTemplate } from "../../lib/models/model.ts";
import { loadNetwork } from "../../lib/models/weights.ts";
import { assertEquals } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const tensor = (...shape: number[]): Stored => ({ dtype: "F32", shape, data: new Float32Array(4) });

function named(names: readonly string[], detector: Detector): string[] {
  return [...fromDetector(new Map(names.map((name) => [name, tensor(4)])), { detector }).keys()];
}

Deno.test("fromDetector() finds DRCT's embedding in the classifier of its backbone", () => {
  assertEquals(named(["model.stem.0.weight", "model.head.norm.bias", "model.head.fc.weight", "fc.bias"], "drct"), [
    "backbone.stem.0.weight",
    "backbone.head.norm.bias",
    "head.embedding.weight",
    "head.fc.bias",
  ]);
  assertEquals(named(["model.model.visual.conv1.weight", "model.fc.weight", "fc.weight"], "drct"), [
    "backbone.visual.conv1.weight",
    "head.embedding.weight",
    "head.fc.weight",
  ]);
});

Deno.test("fromDetector() leaves out what LaRE² never applies, and keeps its ablation's own network", () => {
  assertEquals(named(["clip_model.visual.conv1.weight", "conv.bias", "conv_align.bias", "fc.weight"], "lare"), [
    "backbone.visual.conv1.weight",
    "refine.conv.bias",
    "head.fc.weight",
  ]);
  assertEquals(named(["model.conv.weight", "model.layer1.0.bn1.bias", "model.fc.bias"], "lare"), [
    "refine.model.conv.weight",
    "refine.model.layer1.0.bn1.bias",
    "head.fc.bias",
  ]);
});

Deno.test("fromDetector() keeps a name that is nobody's, and hands a backbone's to its own naming", () => {
  assertEquals(named(["optimizer"], "drct"), ["optimizer"]);
  const found = fromDetector(new Map([["model.stages.0.blocks.0.mlp.fc1.weight", tensor(4, 1, 1, 1)]]), {
    detector: "drct",
    own: fromTimm,
  });
  assertEquals([...found].map(([name, { shape }]) => [name, shape]), [[
    "backbone.stages.0.blocks.0.mlp.fc1.weight",
    [4, 1],
  ]]);
});

testTensors("detectors of DRCT, AlignedForensics and Robust CLIP load into the models that they are", async () => {
  const detectors: readonly (readonly [Detector, Model, (name: string) => string])[] = [
    [
      "drct",
      {
        backbone: convnext({ depths: [1], dims: [4] }),
        head: linear({ embedding: 8, classes: 2 }),
      },
      (name) =>
        name.replace("backbone.", "model.").replace("head.embedding.", "model.head.fc.").replace(/^head\.fc/, "fc"),
    ],
    ["alignedForensics", {
      backbone: resnet({ depth: 18, blocks: [1, 1, 1, 1], downsample: false }),
      head: linear({ embedding: 32, dropout: 0.5 }),
    }, (name) => name.replace("backbone.", "").replace("head.embedding.", "proj.").replace("head.fc", "fc")],
    ["robustClip", {
      backbone: convnext({ depths: [1], dims: [4] }),
      head: mlp({ widths: [4, 4, 4] }),
    }, (name) => name.replace("head.", "module.")],
  ];
  for (const [detector, model, published] of detectors) {
    const template = modelTemplate(model);
    const parts = detector === "robustClip"
      ? { params: { head: template.params.head }, buffers: { head: template.buffers.head } }
      : template;
    const stored = [...await storeTree(parts.params), ...await storeTree(parts.buffers)];
    const theirs = new Map(stored.map(([name, tensor]) => [published(name), tensor]));
    const loaded = loadNetwork(parts, fromDetector(theirs, { detector }));
    assertEquals(entries(loaded.params).length, entries(parts.params).length);
    disposeTree([template, loaded]);
  }
});
