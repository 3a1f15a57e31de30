import {
  adamW,
  aligned,
  auc,
  binaryCrossEntropy,
  clip,
  contrastive,
  convnext,
  cosine,
  crop,
  crossEntropy,
  cvar,
  derive,
  diff,
  existing,
  type Experiment,
  experiment,
  type ExperimentInput,
  fingerprint,
  genImage,
  grid,
  inpainting,
  linear,
  plateau,
  pocket,
  reconstructionTriplet,
  sam,
} from "../mod.ts";
import { assert, assertEquals, assertThrows } from "./assert.ts";

const input: ExperimentInput = {
  name: "Small",
  data: { train: [pocket()], test: [pocket()] },
  view: crop({ size: 64 }),
  reconstruct: existing(),
  model: { backbone: convnext({ depths: [1, 1], dims: [8, 16] }), head: linear({ classes: 1 }) },
  loss: { classification: binaryCrossEntropy(), pull: contrastive(), push: reconstructionTriplet() },
  optimizer: adamW(),
  schedule: cosine({ period: 2 }),
  epochs: 2,
};
const small = experiment(input);

/** The input with something wrong in it, as a notebook cell without type checking would hand it over. */
function cell(change: object): ExperimentInput {
  return { ...input, ...change } as ExperimentInput;
}

Deno.test("experiment() writes every default out and freezes all of it", () => {
  assertEquals(small.seed, 1);
  assertEquals([small.tags, small.augment], [{}, []] as unknown as [typeof small.tags, typeof small.augment]);
  assertEquals(small.batch, { size: 64, accumulate: null, synced: false, balanced: null, fakes: null });
  assertEquals(small.select, { metric: "accuracy", every: null, patience: null, gain: null });
  assertEquals(small.data.validation, null);
  assert(Object.isFrozen(small.model.backbone) && Object.isFrozen(small.data.train));
});

Deno.test("experiment() gives back what JSON has carried", () => {
  const carried = JSON.parse(JSON.stringify(small)) as Experiment;
  assertEquals(experiment(carried), small);
  assertEquals(fingerprint(experiment(carried)), fingerprint(small));
});

Deno.test("experiment() completes parts that are older than an option", () => {
  const carried = JSON.parse(JSON.stringify(small));
  delete carried.optimizer.spareVectors;
  assertEquals(experiment(carried), small);
});

Deno.test("experiment() completes what is trainable, and refuses stages that there are not", () => {
  const { trainable } = derive(small, { trainable: { lastStages: 1 } });
  assertEquals(trainable, { lastStages: 1, ema: null, headNonNegative: false });
  assertThrows(
    () => derive(small, { trainable: { lastStages: 4 } }),
    RangeError,
    "it has 3 (stem, stages.0, stages.1)",
  );
  assertThrows(() => derive(small, { trainable: { ema: 1 } }), TypeError, "a number > 0 and < 1");
});

Deno.test("experiment() refuses a definition in the form of a newer version, before anything that it may hold", () => {
  const newer = { ...JSON.parse(JSON.stringify(small)), format: 2, retina: true };
  const told =
    'Cannot read the definition "Small": it has format 2, expected 1 or older. A newer Counterproof wrote it';
  assertThrows(() => experiment(newer), RangeError, told);
  assertEquals(small.format, 1);
  assertEquals(fingerprint({ ...small, format: 9 }), fingerprint(small));
});

Deno.test("experiment() lets photographs and the reconstructions that are all fakes share a batch", () => {
  const paired = {
    data: { train: [aligned()] },
    reconstruct: existing({ of: "real" }),
    loss: { pull: undefined, push: undefined },
  };
  assertEquals(derive(small, { ...paired, batch: { size: 32, synced: true } }).batch.size, 32);
  const odd = { ...paired, batch: { size: 31 } };
  assertThrows(() => derive(small, odd), TypeError, "evenly among photographs and their reconstructions");
  const apart = { ...paired, data: { train: [aligned(), pocket()] }, batch: { size: 32 } };
  assertThrows(() => derive(small, apart), TypeError, "Take a multiple of 3, as 33");
});

Deno.test("experiment() takes patience only with a metric to be patient about", () => {
  const select = { metric: "last", patience: 3 } as const;
  assertThrows(() => derive(small, { select }), TypeError, '"select.patience" is 3 and "select.metric" is "last"');
  assertThrows(() => derive(small, { select: { gain: 0.01 } }), TypeError, '"select.patience" is null');
  assertThrows(() => derive(small, { select: { every: 0 } }), TypeError, "a whole number ≥ 1");
  assertEquals(derive(small, { select: { metric: "auc", patience: 3, gain: 0.01 } }).select.gain, 0.01);
  assertThrows(() => experiment(cell({ onNaN: "stop" })), TypeError, '"onNaN": given "stop", expected "skip"');
});

Deno.test("experiment() writes float32 as what it was before there was a choice, and takes bfloat16 as another run", () => {
  assertEquals(small.precision, null);
  const [full, brief] = (["float32", "bfloat16"] as const).map((precision) => derive(small, { precision }));
  assertEquals([full.precision, fingerprint(full)], [null, fingerprint(small)]);
  assertEquals(brief.precision, "bfloat16");
  assert(fingerprint(brief) !== fingerprint(small));
  assertThrows(
    () => experiment(cell({ precision: "float16" })),
    TypeError,
    '"precision": given "float16", expected "float32" or "bfloat16"',
  );
});

Deno.test("experiment() takes no end of its epochs only from a schedule that ends, and starts above its floor", () => {
  assertThrows(() => derive(small, { epochs: null }), TypeError, "cosine(), which never ends");
  assertEquals(derive(small, { epochs: null, schedule: plateau() }).epochs, null);
  const low = { epochs: null, schedule: plateau({ floor: 0.01 }) };
  assertThrows(() => derive(small, low), TypeError, '"schedule.floor" is 0.01, above the rate 0.001');
});

Deno.test("experiment() refuses a view of another size than the backbone takes", () => {
  const model = { backbone: clip({ variant: "ViT-L/14@336" }), head: linear() };
  assertThrows(() => derive(small, { model }), TypeError, '"model.backbone" is a clip() for images of 336 pixels');
  assertEquals(derive(small, { model, view: { size: 336 } }).view.size, 336);
});

Deno.test("experiment() refuses unknown and missing fields with the nearest name", () => {
  const refused = (change: object, told: string) => assertThrows(() => experiment(cell(change)), TypeError, told);
  refused({ epoch: 3 }, 'Cannot define an experiment: unknown field "epoch", did you mean "epochs"?');
  refused(
    { batch: { sise: 8 } },
    'Cannot define "batch": unknown field "sise", did you mean "size"? the fields are size, accumulate, synced',
  );
  refused({ epochs: undefined }, 'Cannot define an experiment: missing field "epochs"');
  refused({ data: { train: [pocket()] } }, 'Cannot define "data": missing field "test"');
  refused({ model: { ...input.model, refin: null } }, 'unknown field "refin", did you mean "refine"?');
  assertThrows(
    () => experiment(undefined as unknown as ExperimentInput),
    TypeError,
    "given undefined, expected an object",
  );
});

Deno.test("experiment() refuses parts that no maker would make, and says where", () => {
  const refused = (change: object, kind: typeof TypeError | typeof RangeError, told: string) =>
    assertThrows(() => experiment(cell(change)), kind, told);
  const { head } = input.model;
  const backbone = { ...input.model.backbone, kernl: 5 };
  refused({ model: { head, backbone } }, TypeError, 'unknown option "kernl", did you mean "kernel"?');
  refused({ model: { head, backbone } }, TypeError, '(in "model.backbone")');
  refused({ optimizer: { ...adamW(), rate: -1 } }, RangeError, '(in "optimizer")');
  refused({ view: { kind: "corp", size: 64 } }, TypeError, 'unknown kind "corp" of a view, did you mean "crop"?');
  refused({ loss: { a: adamW() } }, TypeError, '"loss.a": unknown kind "adamW" of a loss');
  refused({ augment: [adamW()] }, TypeError, '"augment.0": unknown kind "adamW" of an augmentation');
  refused(
    { optimizer: "adamW" },
    TypeError,
    'Cannot define "optimizer": given "adamW", expected an optimizer, one of adamW()',
  );
  refused(
    { data: { ...input.data, train: [] } },
    TypeError,
    'Cannot define "data.train": given [], expected at least one item',
  );
  refused({ data: { ...input.data, test: pocket() } }, TypeError, '"data.test": given {"kind":"pocket"');
});

Deno.test("experiment() refuses values of the wrong type or range", () => {
  const refused = (change: object, told: string) => assertThrows(() => experiment(cell(change)), TypeError, told);
  refused({ epochs: 0 }, 'Cannot define "epochs": given 0, expected a whole number ≥ 1');
  refused({ seed: 0.5 }, '"seed": given 0.5, expected a whole number ≥ 0');
  refused({ name: "" }, '"name": given "", expected a text');
  refused({ tags: { at: NaN } }, '"tags.at": given NaN');
  refused(
    { select: { metric: "loss" } },
    'given "loss", expected "accuracy", "balancedAccuracy", "auc", "averagePrecision" or "last"',
  );
  refused({ batch: { synced: 1 } }, '"batch.synced": given 1, expected true or false');
  refused({ loss: {} }, '"loss": given {}, expected at least one by name');
});

Deno.test("experiment() refuses at compile time what types can see", () => {
  // @ts-expect-error a misspelt field
  assertThrows(() => experiment({ ...input, epoch: 3 }), TypeError, "epoch");
  // @ts-expect-error a part of another room
  assertThrows(() => experiment({ ...input, view: adamW() }), TypeError, "unknown kind");
  // @ts-expect-error a missing field
  assertThrows(() => experiment({ name: "Empty" }), TypeError, 'missing field "data"');
  // @ts-expect-error an experiment does not change
  assertThrows(() => small.epochs = 3, TypeError);
  // @ts-expect-error nor does what it holds
  assertThrows(() => small.batch.size = 3, TypeError);
});

Deno.test("experiment() takes any text as a name", () => {
  const hostile = '<script>alert("x")</script>\n../..';
  assertEquals(experiment({ ...input, name: hostile }).name, hostile);
});

Deno.test("experiment() refuses logits that a loss does not take, with both fields and the fix", () => {
  const two = cell({ model: { ...input.model, head: linear({ classes: 2 }) } });
  const told = assertThrows(() => experiment(two), TypeError).message;
  assertEquals(
    told,
    'Cannot define "Small": "loss.classification" is binaryCrossEntropy() and takes 1 logit a row, "model.head" gives 2. ' +
      'Set classes: 1 in "model.head", or take crossEntropy() as "loss.classification"',
  );
  const one = cell({ loss: { sort: crossEntropy() } });
  assertThrows(() => experiment(one), TypeError, '"loss.sort" is crossEntropy() and takes 2 logits a row');
  const none = cell({ loss: { pull: contrastive() } });
  assertThrows(
    () => experiment(none),
    TypeError,
    'no term that trains the logits of "model.head": pull. Add binaryCross',
  );
});

Deno.test("experiment() refuses a head of places where the backbone has none", () => {
  const head = linear({ places: true });
  assertThrows(
    () => experiment(cell({ model: { ...input.model, head } })),
    TypeError,
    '"model.head" judges places, and the features of "model.backbone" convnext() are no mean of a map',
  );
});

Deno.test("experiment() takes CVaR and AUC of one logit, trained by SAM", () => {
  const robust = {
    loss: { cvar: cvar({ weight: 0.5 }), auc: auc({ weight: 0.5 }) },
    optimizer: sam({ base: adamW() }),
  };
  assertEquals(experiment(cell(robust)).optimizer, sam({ base: adamW(), rho: 0.05 }));
  const two = cell({ ...robust, model: { ...input.model, head: linear({ classes: 2 }) } });
  assertThrows(() => experiment(two), TypeError, '"loss.cvar" is cvar() and takes 1 logit a row');
});

Deno.test("experiment() refuses a loss that lacks reconstructions, with both fields and the fix", () => {
  const refused = (reconstruct: unknown, told: string) =>
    assertThrows(() => experiment(cell({ reconstruct })), TypeError, told);
  refused(null, '"loss.push" is reconstructionTriplet() and compares the reconstructions of real and fake');
  refused(
    null,
    '"reconstruct" is null. Set "reconstruct" to inpainting() or existing() of both, or remove "loss.push"',
  );
  refused(existing({ of: "real" }), '"reconstruct.of" is "real"');
});

Deno.test("experiment() refuses existing() where a data set ships no reconstructions", () => {
  const bare = cell({ data: { train: [pocket(), genImage({ generators: "all" })], test: [pocket()] } });
  assertThrows(() => experiment(bare), TypeError, '"data.train.1" is a genImage() that ships no reconstructions');
  const shipping = genImage({ generators: "all", reconstructions: "inpainting" });
  experiment({ ...input, data: { train: [shipping], test: [pocket()] } });
});

Deno.test("experiment() refuses a batch that does not divide among its groups, and an idle synced", () => {
  const told = (change: object) => assertThrows(() => experiment(cell(change)), TypeError).message;
  assert(told({ batch: { size: 50 } }).includes("Take a multiple of 4, as 52"));
  const bare = { reconstruct: null, loss: { sort: binaryCrossEntropy() } };
  assert(
    told({ ...bare, batch: { size: 7 } }).includes("does not divide evenly among real and fake. Take a multiple of 2"),
  );
  experiment(cell({ ...bare, reconstruct: existing({ of: "real" }), batch: { size: 9 } }));
  assert(
    told({ ...bare, batch: { synced: true } }).includes('"batch.synced" has no effect while "reconstruct" is null'),
  );
});

Deno.test("experiment() refuses shares of the classes that reconstructions or losses do not go with", () => {
  const told = (change: object) => assertThrows(() => experiment(cell(change)), TypeError).message;
  const bare = { reconstruct: null, loss: { sort: binaryCrossEntropy() } };
  assert(
    told({ ...bare, batch: { fakes: 0 } }).includes('the only fakes, and "reconstruct" is null. Set "reconstruct.of"'),
  );
  assert(told({ ...bare, reconstruct: existing(), batch: { fakes: 0 } }).includes('"reconstruct.of" is "both"'));
  assert(told({ batch: { size: 40, fakes: 4 } }).includes('"batch.fakes" is 4. Set "batch.fakes" to null'));
  assert(told({ ...bare, batch: { size: 4, fakes: 4 } }).includes("which fill 5 rows. Take 5 or more"));
  assert(told({ ...bare, batch: { fakes: 1.5 } }).includes("a whole number ≥ 0"));
  assertEquals(experiment(cell({ ...bare, batch: { size: 64, fakes: 4 } })).batch.fakes, 4);
  const only = experiment(cell({ ...bare, reconstruct: existing({ of: "real" }), batch: { size: 8, fakes: 0 } }));
  assertEquals(only.batch.size, 8);
  assertEquals(fingerprint(experiment(cell(bare))), fingerprint(experiment(cell({ ...bare, batch: { fakes: null } }))));
});

Deno.test("derive() changes only what it is told, and the identity with it", () => {
  const made = derive(small, { loss: { pull: { margin: 0.3 } } });
  assertEquals(diff([small, made]), [{ path: "loss.pull.margin", values: [0, 0.3] }]);
  assert(fingerprint(made) !== fingerprint(small));
  assertEquals(fingerprint(derive(small, { name: "Other", tags: { of: "small" } })), fingerprint(small));
  assertEquals(derive(small, {}), small);
});

Deno.test("derive() takes and removes whole parts", () => {
  const made = derive(small, { reconstruct: null, loss: { pull: undefined, push: undefined } });
  assertEquals(Object.keys(made.loss), ["classification"]);
  assertEquals(derive(small, { reconstruct: inpainting({ model: "sd2" }) }).reconstruct?.kind, "inpainting");
  assertEquals(derive(small, { batch: { size: undefined } }).batch.size, 64);
});

Deno.test("derive() refuses an option of another kind, and what experiment() refuses", () => {
  const withModel = (backbone: object) => () => derive(small, { model: { backbone } });
  assertThrows(
    withModel({ variant: "ViT-L/14" }),
    TypeError,
    'Cannot derive "model.backbone.variant": convnext has no such',
  );
  assertThrows(withModel({ kernal: 5 }), TypeError, 'did you mean "kernel"? the options are');
  assertThrows(withModel({ kernel: 4 }), RangeError, '(in "model.backbone")');
  // @ts-expect-error a misspelt field
  assertThrows(() => derive(small, { epoch: 3 }), TypeError, 'did you mean "epochs"?');
  // @ts-expect-error a misspelt option
  assertThrows(() => derive(small, { optimizer: { rat: 1 } }), TypeError, 'Cannot derive "optimizer.rat"');
  // options where there is no part: the types cannot know
  assertThrows(
    () => derive(derive(small, { loss: { push: undefined }, reconstruct: null }), { reconstruct: { of: "fake" } }),
    TypeError,
    "expected a reconstruction, one of existing(), inpainting()",
  );
  assertThrows(() => derive(small, { reconstruct: null }), TypeError, '"loss.push"');
});

Deno.test("grid() of a family of experiments is a sweep of tagged experiments", () => {
  const family = ({ λ = 1, seed = 1 } = {}) => derive(small, { seed, loss: { push: { weight: λ } } });
  const made: Experiment[] = grid(family, { λ: [0.1, 0.2], seed: [1, 2] });
  assertEquals(made.map(({ tags }) => tags["λ"]), [0.1, 0.1, 0.2, 0.2]);
  assertEquals(new Set(made.map(fingerprint)).size, 4);
  assertEquals(fingerprint(made[1]), fingerprint(family({ λ: 0.1, seed: 2 })));
});
