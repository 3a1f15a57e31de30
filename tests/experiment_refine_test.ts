import {
  adam,
  binaryCrossEntropy,
  clip,
  convnext,
  crossEntropy,
  derive,
  type ErrorGuided,
  errorGuided,
  type Experiment,
  experiment,
  fingerprint,
  genImage,
  inpainting,
  lareList,
  latentError,
  linear,
  plateau,
  reencoded,
  resnet,
  square,
} from "../mod.ts";
import type { Patch } from "../lib/definition/patch.ts";
import { assertEquals, assertThrows } from "./assert.ts";

/** LaRE² as its paper trains it, of maps that are computed. */
const lare = experiment({
  name: "lare2-rn50",
  data: { train: [genImage({ generators: ["sd15"] })], test: [genImage({ generators: "all" })] },
  view: square({ size: 224 }),
  model: {
    backbone: clip({ variant: "RN50" }),
    refine: errorGuided({ map: latentError({ model: "sd15", step: 200, ensemble: 4 }) }),
    head: linear({ classes: 2 }),
  },
  loss: { classification: crossEntropy() },
  optimizer: adam({ rate: 1e-4 }),
  clip: 5,
  schedule: plateau({ patience: 4, factor: 0.5, floor: 1e-7 }),
  epochs: null,
  batch: { size: 48 },
});

Deno.test("experiment() takes LaRE² and its ablations", () => {
  const maps = latentError({ model: "sd15" });
  assertEquals(lare.model.refine, errorGuided({ map: maps }));
  assertEquals(derive(lare, { model: { refine: { map: { step: 280 } } } }).model.refine?.map?.step, 280);
  assertEquals(derive(lare, { model: { refine: null } }).model.refine, null);
  const bare = derive(lare, { model: { refine: undefined } });
  assertEquals(fingerprint(bare), fingerprint(derive(lare, { model: { refine: null } })));
  assertThrows(
    () => derive(lare, { model: { refine: { map: { stepp: 280 } as object } } }),
    TypeError,
    'Cannot derive "model.refine.map.stepp": latentError has no such option',
  );
  const wrong = { ...errorGuided(), map: { kind: "latentError", model: "sd15", step: -1 } };
  assertThrows(
    () => experiment({ ...lare, model: { ...lare.model, refine: wrong as ErrorGuided } }),
    RangeError,
    'latentError.step: given -1, expected a whole number from 0 to 999 (in "model.refine.map")',
  );
  assertThrows(() => errorGuided({ map: "sd15" as never }), TypeError, "expected latentError() or null");
});

Deno.test("experiment() refuses a refinement that does not fit backbone, head or data, with both fields and the fix", () => {
  const refused = (change: Patch<Experiment>, ...told: string[]) => {
    for (const each of told) assertThrows(() => derive(lare, change), TypeError, each);
  };
  refused(
    { model: { backbone: clip({ variant: "ViT-L/14" }) } },
    'Cannot define "lare2-rn50": "model.refine" is errorGuided() and looks at an inner map, "model.backbone" clip() has none',
    'Take clip({ variant: "RN50" }), resnet() or convnext() as "model.backbone", or leave "spatial" and "channel" out',
  );
  const seen = derive(lare, {
    model: { backbone: convnext({ size: "tiny" }), refine: { parts: ["embedding", "map"] } },
  });
  assertEquals(seen.model.backbone.kind, "convnext");
  refused(
    { model: { backbone: resnet({ depth: 18 }) } },
    '"model.refine" is for an inner map of 14 × 14 and 1024 channels, "model.backbone" resnet() gives 14 × 14 and 256',
    'for "view.size" 224. Set side: 14 and channels: 256 in "model.refine"',
  );
  refused({ model: { backbone: convnext({ size: "tiny" }) } }, "convnext() gives 14 × 14 and 384");
  refused({ view: { size: 192 }, model: { backbone: resnet() } }, 'gives 12 × 12 and 1024 for "view.size" 192');
  refused({ view: { size: 96 }, model: { backbone: resnet({ downsample: false }) } }, "gives 24 × 24 and 1024");
  refused(
    {
      model: { backbone: resnet(), head: linear({ classes: 1, places: true }) },
      loss: { classification: binaryCrossEntropy() },
    },
    '"model.head" judges places, and the features that "model.refine" gives are no mean of a map. Set "model.head.places"',
  );
  refused(
    { model: { refine: { map: null } } },
    '"model.refine.map" is null, "data.train.0" is a genImage() that ships no error maps of what is seen. ' +
      'Set "model.refine.map" to latentError({ model }), or take lareList({ lists, maps })',
  );
  const [mapped, others] = [lareList({ lists: ["a.txt"], maps: ["m.txt"] }), lareList({ lists: ["a.txt"] })];
  const own = derive(lare, { data: { train: [mapped], test: [mapped] }, model: { refine: { map: null } } });
  assertEquals(own.model.refine?.map, null);
  const on = (data: Patch<Experiment["data"]>) =>
    assertThrows(() => derive(own, { data }), TypeError, "ships no error maps");
  on({ test: [mapped, others] });
  on({ validation: [others] });
  on({ train: [reencoded({ of: mapped })] });
  assertThrows(
    () => derive(own, { reconstruct: inpainting({ model: "sd1" }), batch: { size: 64 } }),
    TypeError,
    '"model.refine.map" is null, "reconstruct" is inpainting(), whose images have no error maps',
  );
});
