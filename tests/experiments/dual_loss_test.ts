import * as recipe from "../../experiments/dual_loss.ts";
import { methods, quick, quickMethods } from "../../experiments/pocket.ts";
import { derive, diff, type Experiment, experiment, fingerprint } from "../../mod.ts";
import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { assert, assertEquals } from "../assert.ts";

const { contrastiveOnly, dual, dualEmbedding, onPocket, plain, withReconstructions } = recipe;

function paths(...experiments: Experiment[]): string[] {
  return diff(experiments).map(({ path }) => path);
}

Deno.test("the variants of the ablation differ in their terms alone", () => {
  assertEquals(paths(contrastiveOnly(), dual()), ["loss.reconstruction"]);
  assertEquals(paths(withReconstructions(), contrastiveOnly()), ["loss.contrastive"]);
  assertEquals(paths(plain(), withReconstructions()), ["reconstruct", "batch.size", "batch.synced"]);
  assertEquals(paths(dual(), dualEmbedding()), ["model.head.embedding"]);
});

Deno.test("each free parameter moves one number of the recipe", () => {
  assertEquals(diff([dual(), dual({ λ: 0.2, γ: 1, margin: 0.1, orientation: "printed", seed: 2 })]), [
    { path: "seed", values: [1, 2] },
    { path: "loss.contrastive.margin", values: [0, 0.1] },
    { path: "loss.reconstruction.weight", values: [0.05, 0.2] },
    { path: "loss.reconstruction.margin", values: [0.5, 1] },
    { path: "loss.reconstruction.orientation", values: ["stated", "printed"] },
  ]);
});

Deno.test("the pocket ablation asks the same question: its variants differ as the published ones do", () => {
  const pairs = [[contrastiveOnly, dual], [withReconstructions, contrastiveOnly], [plain, withReconstructions]];
  for (const [one, other] of pairs) {
    assertEquals(paths(onPocket(one()), onPocket(other())), paths(one(), other()));
  }
  const small = onPocket(dual({ λ: 0.2, margin: 0.1 }));
  assertEquals(small.loss.reconstruction, dual({ λ: 0.2 }).loss.reconstruction);
  assertEquals(small.loss.contrastive, dual({ margin: 0.1 }).loss.contrastive);
});

Deno.test("the demo's variants stand in the order of its table, and quick ones differ in length alone", () => {
  assertEquals(Object.keys(methods), ["plain", "with-reconstructions", "contrastive-only", "dual"]);
  for (const [name, method] of Object.entries(methods)) assertEquals(method().name, name);
  assertEquals(methods.dual({ seed: 3 }), derive(onPocket(dual()), { seed: 3 }));
  const full = methods.dual();
  assertEquals(paths(full, quick(full)), ["schedule.period", "epochs"]);
  assert(quickMethods.every((name) => name in methods));
});

Deno.test("what experiment files export is valid, and no two are the same run", () => {
  const all = [...recipe.default, ...Object.values(methods).map((method) => method())];
  for (const made of all) assertEquals(experiment(made), made);
  // the sweep goes through the recipe's own λ and γ
  const repeated = recipe.sweep.filter((made) => fingerprint(made) === fingerprint(dual()));
  assertEquals(new Set(all.map(fingerprint)).size, all.length - repeated.length);
  assertEquals(repeated.length, 1);
});

Deno.test("the identity of the published recipe stays: runs and reconstructions are stored under it", () => {
  // sha256sum of the canonical JSON. An option added with the default null leaves both as they are; whoever changes
  // them on purpose tells in the changelog that finished runs, and days of stored reconstructions, are no longer found
  assertEquals(fingerprint(dual()), "d3f971d9c86b053e865d2e4bd06b2606f5b0e695b5b57672c02e409e1ce6ac09");
  assertEquals(artifactFolder(dual().reconstruct!), "inpainting-73d8472ef83d");
});
