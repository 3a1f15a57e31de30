/** Whether the parts of an experiment, each right by itself, go together. */
import type { Experiment } from "./experiment.ts";
import * as layouts from "./layouts/mod.ts";
import { losses } from "./losses/mod.ts";
import * as models from "./models/mod.ts";
import { learnsOf } from "./models/model.ts";
import { rateOf } from "./optimizers/mod.ts";
import { twinsOf } from "./reconstruct/mod.ts";

type Refuse = (what: string, fix: string) => never;

/**
 * Refuses parts that are each right and do not go together.
 *
 * @throws {TypeError} with both fields and the fix
 */
export function checkFit(made: Experiment): void {
  const refuse: Refuse = (what, fix) => {
    throw new TypeError(`Cannot define "${made.name}": ${what}. ${fix}`);
  };
  checkLosses(made, refuse);
  checkBackbone(made, refuse);
  checkRefinement(made, refuse);
  if (made.trainable !== null) learnsOf(made.model, made.trainable.lastStages);
  checkCourse(made, refuse);
  checkBatch(made, refuse);
}

/** Refuses terms that ask for other logits, or other reconstructions, than there are. */
function checkLosses(made: Experiment, refuse: Refuse): void {
  const { loss, model } = made;
  const twins = twinsOf(made.reconstruct);
  for (const [name, term] of Object.entries(loss)) {
    const { logits, reconstructions } = losses[term.kind];
    if (logits !== null && logits !== model.head.classes) {
      const other = logits === 1 ? "crossEntropy()" : "binaryCrossEntropy()";
      refuse(
        `"loss.${name}" is ${term.kind}() and takes ${logits} logit${logits === 1 ? "" : "s"} a row, ` +
          `"model.head" gives ${model.head.classes}`,
        `Set classes: ${logits} in "model.head", or take ${other} as "loss.${name}"`,
      );
    }
    if (reconstructions === "both" && twins?.of !== "both") {
      const given = twins === null ? unpaired(made) : `"reconstruct.of" is "${twins.of}"`;
      refuse(
        `"loss.${name}" is ${term.kind}() and compares the reconstructions of real and fake, ${given}`,
        `Set "reconstruct" to inpainting() or existing() of both, or remove "loss.${name}"`,
      );
    }
  }
  if (!Object.values(loss).some((term) => losses[term.kind].logits !== null)) {
    refuse(
      `"loss" has no term that trains the logits of "model.head": ${Object.keys(loss).join(", ")}`,
      `Add ${model.head.classes === 1 ? "binaryCrossEntropy()" : "crossEntropy()"}`,
    );
  }
}

/** Refuses a head that judges places which the backbone does not have, and a view that it does not take. */
function checkBackbone({ model, view }: Experiment, refuse: Refuse): void {
  if (model.head.kind === "linear" && model.head.places === true && !models.backboneKind(model.backbone).places) {
    refuse(
      `"model.head" judges places, and the features of "model.backbone" ${model.backbone.kind}() are no mean of a map`,
      'Take a backbone that has places, or set "model.head.places" to null',
    );
  }
  const side = models.backboneKind(model.backbone).side?.(model.backbone);
  if (side !== undefined && view.size !== side) {
    refuse(
      `"view.size" is ${view.size}, "model.backbone" is a ${model.backbone.kind}() for images of ${side} pixels`,
      `Set size: ${side} in "view", or take a backbone for images of ${view.size}`,
    );
  }
}

/** Refuses a refinement that does not fit the backbone, the head, or data without error maps. */
function checkRefinement(
  { model: { backbone, refine, head }, view, data, reconstruct }: Experiment,
  refuse: Refuse,
): void {
  if (refine === null) return;
  if (refine.parts.some((name) => name === "spatial" || name === "channel")) {
    const inner = models.backboneKind(backbone).inner?.(backbone, view.size) ?? null;
    if (inner === null) {
      refuse(
        `"model.refine" is ${refine.kind}() and looks at an inner map, "model.backbone" ${backbone.kind}() has none`,
        'Take clip({ variant: "RN50" }), resnet() or convnext() as "model.backbone", or leave "spatial" and "channel" out of ' +
          '"model.refine.parts"',
      );
    }
    const { side, channels } = inner;
    if (side !== refine.side || channels !== refine.channels) {
      refuse(
        `"model.refine" is for an inner map of ${refine.side} × ${refine.side} and ${refine.channels} channels, ` +
          `"model.backbone" ${backbone.kind}() gives ${side} × ${side} and ${channels} for "view.size" ${view.size}`,
        `Set side: ${side} and channels: ${channels} in "model.refine"`,
      );
    }
  }
  if (head.kind === "linear" && head.places === true) {
    refuse(
      '"model.head" judges places, and the features that "model.refine" gives are no mean of a map',
      'Set "model.head.places" to null, or "model.refine" to null',
    );
  }
  if (reconstruct?.kind === "residual") {
    refuse(
      '"model.refine" looks at error maps of what is seen, and "reconstruct" is residual(), which is no image',
      'Set "model.refine" or "reconstruct" to null',
    );
  }
  if (refine.map !== null) return;
  for (const [split, sets] of Object.entries({ ...data, maxSkipped: null })) {
    const bare = sets?.findIndex((layout) => !layouts.mapped(layout)) ?? -1;
    if (bare < 0) continue;
    refuse(
      `"model.refine.map" is null, "data.${split}.${bare}" is a ${
        sets![bare].kind
      }() that ships no error maps of what ` +
        "is seen",
      'Set "model.refine.map" to latentError({ model }), or take lareList({ lists, maps }) as the data set',
    );
  }
  if (reconstruct !== null) {
    refuse(
      `"model.refine.map" is null, "reconstruct" is ${reconstruct.kind}(), whose images have no error maps`,
      'Set "model.refine.map" to latentError({ model }), or "reconstruct" to null',
    );
  }
}

/** Refuses a course of training that never ends, or that waits for what cannot come. */
function checkCourse({ epochs, schedule, optimizer, select }: Experiment, refuse: Refuse): void {
  if (epochs === null && schedule.kind !== "plateau") {
    refuse(
      `"epochs" is null and "schedule" is ${schedule.kind}(), which never ends`,
      'Give "epochs", or take plateau() as "schedule"',
    );
  }
  if (schedule.kind === "plateau" && schedule.floor > rateOf(optimizer)) {
    refuse(
      `"schedule.floor" is ${schedule.floor}, above the rate ${rateOf(optimizer)} of "optimizer"`,
      "Take a smaller floor: training ends below it",
    );
  }
  const { metric, patience, gain } = select;
  if (metric === "last" && patience !== null) {
    refuse(
      `"select.patience" is ${patience} and "select.metric" is "last", which no validation is better by`,
      'Take "accuracy" or "auc" as "select.metric", or set "select.patience" to null',
    );
  }
  if (gain !== null && patience === null) {
    refuse(
      `"select.gain" is ${gain} and "select.patience" is null, so that nothing waits for a gain`,
      'Give "select.patience", or set "select.gain" to null',
    );
  }
}

/** Refuses batches that their groups do not share evenly, and reconstructions that nothing makes. */
function checkBatch(made: Experiment, refuse: Refuse): void {
  const { batch, data } = made;
  const twins = twinsOf(made.reconstruct);
  checkFakes(made, refuse);
  // where the fakes are the reconstructions of the photographs, there are no others
  const aligned = batch.fakes === 0 || twins?.kind === "existing" && twins.of === "real" &&
      data.train.map(layouts.innermost).every((layout) => "paired" in layout && layout.paired);
  const groups = twins === null || aligned ? 2 : twins.of === "both" ? 4 : 3;
  if ((batch.fakes ?? 0) === 0 && batch.size % groups !== 0) {
    const names = aligned
      ? "photographs and their reconstructions"
      : groups === 2
      ? "real and fake"
      : `real, fake and the reconstructions that "reconstruct" makes`;
    refuse(
      `"batch.size" is ${batch.size}, which does not divide evenly among ${names}`,
      `Take a multiple of ${groups}, as ${Math.ceil(batch.size / groups) * groups}`,
    );
  }
  if (batch.synced && twins === null) {
    refuse(
      `"batch.synced" has no effect while ${unpaired(made)}`,
      'Set "batch.synced" to false, or say how to reconstruct',
    );
  }
  const bare = twins?.kind === "existing" ? data.train.findIndex((layout) => !layouts.ships(layout)) : -1;
  if (bare >= 0) {
    refuse(
      `"reconstruct" is existing(), "data.train.${bare}" is a ${data.train[bare].kind}() that ships no reconstructions`,
      "Take inpainting(), or a form of the data set that has them",
    );
  }
}

/** Refuses shares of the classes that their reconstructions, or a loss, do not go with. */
function checkFakes(made: Experiment, refuse: Refuse): void {
  const { batch: { fakes, size }, loss } = made;
  const twins = twinsOf(made.reconstruct);
  if (fakes === 0 && twins?.of !== "real") {
    const given = twins === null ? unpaired(made) : `"reconstruct.of" is "${twins.of}"`;
    refuse(
      `"batch.fakes" is 0, so that the reconstructions of photographs are the only fakes, and ${given}`,
      'Set "reconstruct.of" to "real", or "batch.fakes" to null',
    );
  }
  if (fakes === null || fakes < 2) return;
  for (const [name, term] of Object.entries(loss)) {
    if (losses[term.kind].reconstructions !== "both") continue;
    refuse(
      `"loss.${name}" is ${term.kind}() and compares a photograph with a fake, "batch.fakes" is ${fakes}`,
      `Set "batch.fakes" to null, or remove "loss.${name}"`,
    );
  }
  const [real, fake] = [twins === null || twins.of === "fake" ? 1 : 2, twins === null || twins.of === "real" ? 1 : 2];
  const rows = real + fakes * fake;
  if (size < rows) {
    refuse(
      `"batch.size" is ${size}, too few for a photograph and "batch.fakes" of ${fakes}, which fill ${rows} rows`,
      `Take ${rows} or more`,
    );
  }
}

/** How a definition says that samples have no reconstructions beside them. */
function unpaired({ reconstruct }: Experiment): string {
  return reconstruct === null ? '"reconstruct" is null' : `"reconstruct" is ${reconstruct.kind}(), which pairs nothing`;
}
