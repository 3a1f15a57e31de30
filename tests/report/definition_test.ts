import { derive } from "../../lib/experiment.ts";
import { plateau } from "../../lib/schedules/mod.ts";
import { methods as pocket } from "../../experiments/pocket.ts";
import { definitionHtml, spaced, tellDefinitions } from "../../lib/report/definition.ts";
import { groupMethods, type Method } from "../../lib/report/methods.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

function ablation(): Method[] {
  return groupMethods(
    Object.entries(pocket).map(([name, make]) => ({ ...syntheticRecord({ name }), experiment: make() })),
  );
}

Deno.test("tellDefinitions() tells what all share once, and says whose a loss term is", () => {
  const told = new Map(tellDefinitions(ablation()).map(({ what, values }) => [what, values]));
  assertEquals(told.get("view"), [{ text: "crop: size 64", methods: null }]);
  assertEquals(told.get("loss: reconstruction"), [{
    text: "reconstruction triplet: weight 0.05, margin 0.5, orientation stated",
    methods: ["dual"],
  }]);
  assertEquals(told.get("loss: contrastive")![0].methods, ["contrastive-only", "dual"]);
  assertEquals(told.get("reconstructions")!.map(({ text }) => text), ["none", "existing: of both"]);
  assertEquals(told.get("trained on")![0].text, "pocket: generators latent-nearest");
  assertEquals(told.get("epoch kept"), [{ text: "the last", methods: null }]);
  assert(told.get("optimizer")![0].text.startsWith("adamW: rate 0.002, decay 0.02"), told.get("optimizer")![0].text);
});

Deno.test("tellDefinitions() tells what learns, how the gradient is cut, and an end that the schedule decides", () => {
  const patch = {
    trainable: { lastStages: 1, ema: 0.99, headNonNegative: true },
    clip: 5,
    batch: { accumulate: 4 },
    epochs: null,
    schedule: plateau(),
  };
  const changed = ablation().map((method) => ({
    ...method,
    records: method.records.map((record) => ({ ...record, experiment: derive(record.experiment, patch) })),
  }));
  const told = new Map(tellDefinitions(changed).map(({ what, values }) => [what, values[0].text]));
  assertEquals(
    told.get("what learns"),
    "the head and the last stage of the backbone; the last layer's weights held ≥ 0; " +
      "judged by the running mean of the weights, of which a step keeps 0.99",
  );
  assertEquals(told.get("gradient"), "clipped to a norm of 5");
  assertEquals(told.get("epochs"), "until the schedule ends them");
  assert(told.get("batch")!.includes("rows, 4 batches a step"), told.get("batch"));
});

Deno.test("tellDefinitions() tells shares of the classes that are not one to one", () => {
  const batchOf = (fakes: number | null): string => {
    const record = syntheticRecord({ name: "shares" });
    const batch = { size: 40, accumulate: null, synced: false, balanced: null, fakes };
    const experiment = { ...record.experiment, batch, reconstruct: null };
    const told = tellDefinitions(groupMethods([{ ...record, experiment }]));
    return told.find(({ what }) => what === "batch")!.values[0].text;
  };
  assertEquals([null, 1, 0, 4].map(batchOf), [
    "40 rows",
    "40 rows",
    "40 rows; no fakes but reconstructions",
    "40 rows; 4 fakes to a photograph",
  ]);
});

Deno.test("tellDefinitions() leaves out fields that a record does not have", () => {
  const told = tellDefinitions(groupMethods([syntheticRecord({ name: "old" })]));
  assertEquals(told.map(({ what }) => what), ["trained on", "validated on", "loss: classification"]);
});

Deno.test("a definition tells when the network is judged and what becomes of steps that are not finite", () => {
  const record = syntheticRecord({ name: "patient" });
  const select = { metric: "auc", every: 50, patience: 3, gain: 0.01 };
  const experiment = { ...record.experiment, select, onNaN: "skip" } as typeof record.experiment;
  const told = new Map(
    tellDefinitions(groupMethods([{ ...record, experiment }])).map(({ what, values }) => [what, values[0].text]),
  );
  const words =
    "the first with the best validation AUC; judged every 50 steps too; ends after 3 validations no better by more than 0.01";
  assertEquals(told.get("epoch kept"), words);
  assertEquals(told.get("steps that are not finite"), "left out and recorded");
});

Deno.test("a definition tells a precision that is not float32", () => {
  const record = syntheticRecord({ name: "brief" });
  const precisionOf = (precision: string | null | undefined) =>
    tellDefinitions(groupMethods([{ ...record, experiment: { ...record.experiment, precision } as never }]))
      .find(({ what }) => what === "precision")?.values[0].text;
  assertEquals([undefined, null, "bfloat16"].map(precisionOf), [
    undefined,
    undefined,
    "bfloat16 in products and convolutions",
  ]);
});

Deno.test("definitionHtml() shows hostile names as text", () => {
  const hostile = "<img src=x>";
  const html = definitionHtml(groupMethods([syntheticRecord({ name: hostile, terms: { [hostile]: 1 } })]));
  assert(html.includes("loss: &#60;img src=x&#62;") && !html.includes("<img"), html);
});

Deno.test("spaced() makes words of a name and leaves other texts", () => {
  assertEquals(["layerScale", "adamW", "beta1", "latent-nearest", "timm/convnextBase"].map(spaced), [
    "layer scale",
    "adamW",
    "beta1",
    "latent-nearest",
    "timm/convnextBase",
  ]);
});
