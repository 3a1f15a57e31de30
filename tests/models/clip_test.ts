import { loadInto, storeTree } from "../../lib/engine/layout.ts";
import { mean, type Scalar, type Tensor, tensor, type Tensor2D, type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import type { StoredTensors } from "../../lib/engine/stored.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { clipFeatures, initClip } from "../../lib/models/clip.ts";
import { clipTextFeatures, clipTexts, initClipText } from "../../lib/models/clip_text.ts";
import { backboneKind, type Clip, clip } from "../../lib/models/mod.ts";
import { named } from "../../lib/models/namings.ts";
import { judging } from "../../lib/nn/pass.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

const sizes = { width: 8, layers: 2, heads: 2, hidden: 12, image: 6, patch: 3, projection: 5 };
const text = { width: 6, layers: 3, heads: 2, hidden: 8, vocabulary: 10 };
const both = clip({ sizes, text, towers: ["image", "text"] });
const streams = (name: string) => random(3, name);
const seen = (): Tensor4D => tensor(random(1, "images").normals(2 * 6 * 6 * 3), [2, 6, 6, 3]) as Tensor4D;
const read = (): Tensor2D => tensor([[8, 1, 2, 9], [8, 3, 9, 9]], undefined, "int32") as Tensor2D;

testTensors("the stages of a clip hold every parameter once, in the order of the image's way", () => {
  const specs = [clip({ sizes }), clip({ sizes: { ...sizes, projection: null } }), clip({ variant: "RN50" }), both];
  for (const spec of specs) {
    const kind = backboneKind(spec);
    const network = kind.init(spec, null);
    const stages = kind.stages(spec);
    for (const [path] of [...entries(network.params), ...entries(network.buffers)]) {
      const holding = stages.filter((names) => names.some((name) => path.startsWith(`${name}.`)));
      assertEquals(holding.length, 1, path);
    }
    disposeTree([network.params, network.buffers]);
  }
  assertEquals(backboneKind(clip({ sizes })).stages(clip({ sizes })), [
    ["embeddings", "pre_layrnorm"],
    ["encoder.layers.0"],
    ["encoder.layers.1", "post_layernorm", "visual_projection"],
  ]);
  assertEquals(backboneKind(both).stages(both), [
    ["embeddings", "pre_layrnorm", "text.encoder.layers.0", "text.embeddings"],
    ["encoder.layers.0", "text.encoder.layers.1"],
    [
      ...["encoder.layers.1", "post_layernorm", "visual_projection"],
      ...["text.encoder.layers.2", "text.final_layer_norm", "text.text_projection"],
    ],
  ]);
  const ofResnet = backboneKind(clip({ variant: "RN50" })).stages(clip({ variant: "RN50" }));
  assertEquals(ofResnet.map(([first]) => first), ["conv1", "layer1", "layer2", "layer3", "layer4", "attnpool"]);
});

testTensors("a clip refuses images of another size than its positions are for", () => {
  const spec = clip({ sizes });
  const network = backboneKind(spec).init(spec, null);
  for (const shape of [[1, 6, 9, 3], [1, 6, 6, 1]] as [number, number, number, number][]) {
    const images: Tensor4D = zeros(shape);
    assertThrows(
      () => backboneKind(spec).forward(spec, network, { images, pass: judging }),
      TypeError,
      `of shape [${shape.join(", ")}]: expected [B, 6, 6, 3], since every place has a learned position`,
    );
    images.dispose();
  }
  disposeTree(network.params);
});

testTensors("a clip with both towers gives the features of the image, then those of its caption, each as it is", () => {
  const network = initClip(both, streams);
  const [images, tokens] = [seen(), read()];
  const joined = clipFeatures(both, network, { images, tokens, pass: judging });
  assertEquals([joined.pooled.shape, backboneKind(both).width(both)], [[2, 10], 10]);
  const rows = take(joined.pooled);
  // the image's tower is the one that stands alone under the same seed
  const alone = clip({ sizes });
  const own = initClip(alone, streams);
  const imageRows = take(clipFeatures(alone, own, { images, pass: judging }).pooled);
  const spec = { ...clipTexts["ViT-L/14"], ...text, projection: 5, end: 9 };
  const reading = initClipText(spec, (name) => streams(`text.${name}`));
  const textRows = take(clipTextFeatures(spec, reading, tokens));
  for (const row of [0, 1]) {
    assertClose(rows.slice(10 * row, 10 * row + 5), imageRows.slice(5 * row, 5 * row + 5), 1e-6);
    assertClose(rows.slice(10 * row + 5, 10 * row + 10), textRows.slice(5 * row, 5 * row + 5), 1e-6);
  }
  assertThrows(
    () => clipFeatures(both, network, { images, pass: judging }),
    TypeError,
    "the text tower of clip() reads captions, and none are given",
  );
  disposeTree([network.params, own.params, reading.params, { images, tokens }]);
});

testTensors("the features of a clip with both towers have the gradient of their differences, by the words too", () => {
  const network = initClip(both, streams);
  const [images, tokens] = [seen(), read()];
  const { params } = network as { params: { text: { embeddings: { token_embedding: { weight: Tensor } } } } };
  const { weight } = params.text.embeddings.token_embedding; // of deviation 0.02, too small for differences
  assertGradient((weight: Tensor) => {
    const embeddings = { ...params.text.embeddings, token_embedding: { weight } };
    const moved = { ...network, params: { ...params, text: { ...params.text, embeddings } } } as typeof network;
    return mean(clipFeatures(both, moved, { images, tokens, pass: judging }).pooled) as Scalar;
  }, { values: [...random(5, "words").normals(60)], shape: weight.shape });
  disposeTree([network.params, { images, tokens }]);
});

testTensors(
  "a clip with both towers reads them from one file of transformers, and image towers leave the text's out",
  async () => {
    const { params } = initClip(both, streams);
    const stored = await storeTree(params);
    const [visual, projection] = ["visual_projection.weight", "text_projection.weight"];
    const file: StoredTensors = new Map(
      [...stored].map(([name, tensor]) => {
        if (name === visual || name === `text.${projection}`) return [name.replace("text.", ""), tensor];
        return [name.startsWith("text.") ? name.replace("text.", "text_model.") : `vision_model.${name}`, tensor];
      }),
    );
    const again = named(file, { naming: "transformers", text: true });
    assertEquals([...again.keys()].sort(), [...stored.keys()].sort());
    const loaded = loadInto(params, again);
    assertEquals(
      entries(loaded).map(([, leaf]) => [...leaf.dataSync()]),
      entries(params).map(([, leaf]) => [...leaf.dataSync()]),
    );
    const image = named(file, { naming: "transformers", text: false });
    assertEquals([...image.keys()].filter((name) => name.startsWith("text")), []);
    disposeTree([params, loaded]);
  },
);

Deno.test("clip() reads 77 numbers of a caption in every published form, and none without the text tower", () => {
  const captions = (spec: Clip) => backboneKind(spec).captions?.(spec) ?? null;
  const towers = ["image", "text"] as const;
  const published = clip({ variant: "ViT-L/14", towers });
  assertEquals(captions(published), { length: 77, vocabulary: 49408, missing: null, texts: "published" });
  assertEquals(backboneKind(published).width(published), 1536); // 768 and 768, as Robust CLIP's perceptron takes them
  assertEquals(captions(clip({ variant: "RN50", towers, captions: "empty" }))?.missing, "empty");
  assertEquals([captions(both)?.vocabulary, captions(clip({ variant: "ViT-L/14" }))], [10, null]);
});

Deno.test("clip() without a text tower has the fingerprint that it had before there was one", () => {
  const { kind } = clip({ variant: "ViT-L/14" });
  const before = { kind, variant: "ViT-L/14", sizes: null, activation: null, weights: null };
  assertEquals(fingerprint(clip({ variant: "ViT-L/14" })), fingerprint(before));
});

Deno.test("clip() wants the text tower's sizes where there is one of its own, and captions nowhere else", () => {
  const refused = (options: Parameters<typeof clip>[0], told: string, kind: typeof RangeError = RangeError) =>
    assertThrows(() => clip(options), kind, told);
  const towers = ["image", "text"] as const;
  refused({ sizes, towers: ["text"] as never }, 'expected ["image", "text"], or null for the image');
  refused({ sizes, towers }, "sizes with a text tower and text null");
  refused({ sizes, text }, "text without sizes or without a text tower, expected null");
  refused({ variant: "ViT-L/14", text, towers }, "text without sizes or without a text tower, expected null");
  refused({ sizes, towers, text: { ...text, heads: 4 } }, "text of width 6 and heads 4, expected a multiple");
  refused({ sizes, towers, text: { ...text, layers: 0 } }, '"clip.text.layers": given 0', TypeError);
  refused({ sizes: { ...sizes, projection: null }, text, towers }, "sizes of projection null with a text tower");
  refused({ sizes, captions: "empty" }, 'captions "empty" without a text tower, expected null');
  refused({ sizes, towers, text, captions: "none" as "empty" }, "clip.captions");
});

Deno.test("clip() knows the published towers by name", () => {
  const width = (spec: Clip) => backboneKind(spec).width(spec);
  assertEquals(
    (["ViT-B/32", "ViT-B/16", "ViT-L/14", "ViT-L/14@336", "RN50"] as const).map((variant) => width(clip({ variant }))),
    [512, 512, 768, 768, 1024],
  );
  assertEquals(width(clip({ sizes })), 5);
  assertEquals(width(clip({ sizes: { ...sizes, projection: null } })), 8);
  assertEquals(backboneKind(clip({ sizes })).draws(clip({ sizes }), 4), {});
});

Deno.test("clip() is normalised by CLIP's own mean and deviation without weights as well", () => {
  assertEquals(backboneKind(clip({ sizes })).view(clip({ sizes })), {
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  });
});

Deno.test("clip() is normalised by ImageNet's mean and deviation where the part says so", () => {
  const spec = clip({ variant: "RN50", weights: "timm/resnet50_clip.openai", pixels: "imagenet" });
  assertEquals(backboneKind(spec).view(spec).mean, [0.485, 0.456, 0.406]);
  assertThrows(() => clip({ variant: "RN50", pixels: "cifar" as "imagenet" }), RangeError, "clip.pixels");
});

Deno.test("clip() wants a variant or sizes that fit one another", () => {
  const refused = (options: Parameters<typeof clip>[0], told: string, kind: typeof RangeError = RangeError) =>
    assertThrows(() => clip(options), kind, told);
  refused({}, "variant null and sizes null, expected one of them");
  refused({ variant: "RN50", sizes }, "expected one of them");
  refused({ variant: "ViT-L14" as "ViT-L/14" }, 'did you mean "ViT-L/14"?');
  refused({ sizes: { ...sizes, heads: 3 } }, "sizes of width 8 and heads 3, expected a multiple");
  refused({ sizes: { ...sizes, image: 7 } }, "sizes of image 7 and patch 3, expected a multiple");
  refused({ sizes: { ...sizes, layers: 0 } }, '"clip.sizes.layers": given 0, expected a whole number ≥ 1', TypeError);
  refused({ sizes: { ...sizes, depth: 2 } as typeof sizes }, 'unknown field "depth"', TypeError);
  refused({ sizes, activation: "relu" as "gelu" }, "clip.activation");
  refused({ variant: "RN50", activation: "gelu" }, 'activation "gelu" for RN50, expected null');
  const trained = { variant: "ViT-L/14", weights: "openai/clip-vit-large-patch14" } as const;
  refused({ ...trained, activation: "gelu" }, "expected null: they were trained with QuickGELU");
});

Deno.test("clip() refuses weights of another network", () => {
  const weights = "timm/convnext_base.fb_in22k";
  const refused = (options: Parameters<typeof clip>[0], told: string) =>
    assertThrows(() => clip({ ...options, weights }), RangeError, told);
  refused({ variant: "ViT-L/14" }, 'for kind "clip", expected kind "convnext"');
  const large = "openai/clip-vit-large-patch14";
  assertThrows(
    () => clip({ variant: "ViT-B/32", weights: large }),
    RangeError,
    'for variant "ViT-B/32", expected variant "ViT-L/14"',
  );
  assertThrows(() => clip({ sizes, weights: large }), RangeError, "for variant null");
  assertThrows(
    () => clip({ variant: "RN50", weights: "openai/rn50" }),
    RangeError,
    'Cannot find weights "openai/rn50"',
  );
});
