import { type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { backboneKind, type Clip, clip } from "../../lib/models/mod.ts";
import { judging } from "../../lib/nn/pass.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const sizes = { width: 8, layers: 2, heads: 2, hidden: 12, image: 6, patch: 3, projection: 5 };

testTensors("the stages of a clip hold every parameter once, in the order of the image's way", () => {
  for (const spec of [clip({ sizes }), clip({ sizes: { ...sizes, projection: null } }), clip({ variant: "RN50" })]) {
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
