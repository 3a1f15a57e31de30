import { disposeTree } from "../../lib/engine/tree.ts";
import { binaryCrossEntropy, contrastive, losses, reconstructionTriplet } from "../../lib/losses/mod.ts";
import * as room from "../../lib/losses/mod.ts";
import { lossTerm, totalLoss } from "../../lib/losses/total.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";
import { inputOf, normals, rowsOf } from "./inputs.ts";

testTensors("totalLoss() is the weighted sum of its named terms", () => {
  using input = inputOf({
    groups: [2, 2, 2, 2],
    embedding: rowsOf(normals(8, 24), 3),
    logits: rowsOf(normals(9, 8), 1),
  });
  const terms = {
    classification: binaryCrossEntropy(),
    contrastive: contrastive({ weight: 0.5 }),
    reconstruction: reconstructionTriplet({ weight: 0.05 }),
  };
  const value = totalLoss(terms, input);
  assertEquals(Object.keys(value.terms), ["classification", "contrastive", "reconstruction"]);
  const weighted = Object.values(terms).map((spec) => spec.weight * take(lossTerm(spec, input))[0]);
  assertClose(Object.values(value.terms).map((term) => term.dataSync()[0]), weighted, 1e-6);
  assertClose(value.total.dataSync()[0], weighted.reduce((sum, term) => sum + term, 0), 1e-6);
  disposeTree({ total: value.total, terms: value.terms });
});

testTensors("totalLoss() of one term gives total and term apart, and refuses none", () => {
  using input = inputOf({ groups: [1, 1], logits: [[1], [2]] });
  const { total, terms } = totalLoss({ only: binaryCrossEntropy({ weight: 2 }) }, input);
  terms.only.dispose();
  assertEquals(total.isDisposed, false);
  total.dispose();
  assertThrows(() => totalLoss({}, input), RangeError, "no term is given");
});

Deno.test("every loss stands in the table under the kind that its maker writes, one file each", () => {
  const makers = Object.values(room).filter((value) => typeof value === "function" && "kind" in value);
  assertEquals(makers.map((make) => (make as unknown as { kind: string }).kind).sort(), Object.keys(losses).sort());
  const shared = ["mod.ts", "pairs.ts", "rows.ts", "total.ts"];
  const files = [...Deno.readDirSync(new URL("../../lib/losses", import.meta.url))].map(({ name }) => name);
  const snake = (kind: string) => `${kind.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}.ts`;
  assertEquals(files.sort(), [...shared, ...Object.keys(losses).map(snake)].sort());
});
