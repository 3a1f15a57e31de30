import { dual, published } from "../../experiments/dual_loss.ts";
import { besidePublished } from "../../lib/cli/published.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation } from "../report/records.ts";

Deno.test("besidePublished() holds the published numbers, the verdict, and what the published size needs", async () => {
  const { claim, here, needs, command } = (await besidePublished(syntheticAblation()))!;
  for (const number of Object.values(published.accuracy)) assert(claim.includes(`${number} %`), claim);
  assert(here.startsWith("In the pocket world no help of the reconstruction term is seen. Accuracy over"), here);
  const all = needs.join("\n");
  for (const part of ["all 8 generators", "50 steps", dual().model.backbone.weights!, "17 epochs"]) {
    assert(all.includes(part), all);
  }
  assertEquals(command, "deno task run experiments/dual_loss.ts#dual --data DIR");
});

Deno.test("besidePublished() says plainly whether it helps", async () => {
  const scored = async (of: number, against: number): Promise<string> => {
    const records = syntheticAblation().map((record) => {
      const { name } = record.experiment;
      const share = name === "dual" ? of : name === "contrastive-only" ? against : 0;
      const score = record.scores.label.map((label, i) => (i % 10) / 10 < share ? label : 1 - label);
      return { ...record, scores: { ...record.scores, score } };
    });
    return (await besidePublished(records))!.here;
  };
  assert((await scored(0.9, 0.5)).startsWith("In the pocket world the reconstruction term helps. "));
  assert(
    (await scored(0.5, 0.9)).startsWith("In the pocket world the reconstruction term does not help: accuracy falls. "),
  );
});

Deno.test("besidePublished() says nothing without both methods of the question", async () => {
  assertEquals(await besidePublished(syntheticAblation().slice(0, 3)), null);
});
