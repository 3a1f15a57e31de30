import { dual, published } from "../../experiments/dual_loss.ts";
import { systems } from "../../experiments/systems.ts";
import { besidePublished } from "../../lib/cli/published.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation } from "../report/records.ts";
import { system } from "./made_up_systems.ts";

Deno.test("besidePublished() holds the published numbers, each claim's verdict, and what the published size needs", async () => {
  const { claim, here, needs, command } = (await besidePublished(system(), syntheticAblation()))!;
  for (const number of Object.values(published.accuracy)) assert(claim.includes(`${number} %`), claim);
  assert(claim.endsWith(`Source: ${published.source}.`), claim);
  assert(here[0].startsWith("“it helps”: Accuracy over the unseen generators, dual − contrastive-only: "), here[0]);
  assert(here[0].includes("contains 0: the two are not told apart in this one pair of runs."), here[0]);
  assertEquals(here.at(-2), "“it knows texts”: This cannot be decided here: every image here has the same text.");
  const all = needs.join("\n");
  for (const part of ["genImage (all generators) to test", "50 steps", dual().model.backbone.weights!, "17 epochs"]) {
    assert(all.includes(part), all);
  }
  assertEquals(command, "deno task run experiments/dual_loss.ts#dual --data DIR");
});

Deno.test("besidePublished() says plainly whether a claim holds", async () => {
  const scored = async (of: number, against: number): Promise<string> => {
    const records = syntheticAblation({ sources: 20 }).map((record) => {
      const { name } = record.experiment;
      const share = name === "dual" ? of : name === "contrastive-only" ? against : 0;
      const score = record.scores.label.map((label, i) => (i % 10) / 10 < share ? label : 1 - label);
      return { ...record, scores: { ...record.scores, score } };
    });
    return (await besidePublished(system(), records))!.here[0];
  };
  assert((await scored(0.9, 0.5)).includes("on the side that is claimed: the claim holds in this one pair of runs."));
  assert((await scored(0.5, 0.9)).includes("the claim does not hold in this one pair of runs."));
});

Deno.test("besidePublished() says nothing without both variants of the question", async () => {
  assertEquals(await besidePublished(system(), syntheticAblation().slice(0, 3)), null);
});

Deno.test("every system's variants, question and claims name one another, and its full recipe is an export of its file", async () => {
  for (const one of Object.values(systems)) {
    const names = Object.keys(one.pocket);
    assert(names.includes(one.question.of) && names.includes(one.question.against), one.title);
    const records = syntheticAblation({ sources: 4 });
    const two = [one.question.against, one.question.of].map((name, i) => {
      return { ...records[i], experiment: { ...records[i].experiment, name } };
    });
    const { command } = (await besidePublished(one, two))!;
    assert(command!.startsWith(`deno task run ${one.file}#`), `${command} names no export`);
  }
});
