import { memory } from "../../lib/engine/ops.ts";
import { adam, adamW, type Optimizer, optimizers, rateOf, sam, sgd } from "../../lib/optimizers/mod.ts";
import * as room from "../../lib/optimizers/mod.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { testTensors } from "../tensors.ts";
import { walk } from "./problem.ts";

const everyOne: readonly Optimizer[] = [
  adamW({ rate: 0.05 }),
  adam({ rate: 0.05, decay: 0.1 }),
  sgd({ rate: 0.05, decay: 0.1 }),
  sgd({ rate: 0.05, nesterov: true }),
  sam({ base: adamW({ rate: 0.05 }), rho: 0.1 }),
  sam({ base: sgd({ rate: 0.05 }) }),
];

testTensors("every optimizer leaves nothing behind but parameters and state, clipping or not", () => {
  for (const spec of everyOne) {
    for (const clip of [null, 0.5, 100]) {
      const before = memory().numTensors;
      walk(spec, 3, () => ({ clip }));
      assertEquals(memory().numTensors, before, JSON.stringify(spec));
    }
  }
});

testTensors("every optimizer heeds a clip that bites, and no other", () => {
  for (const spec of everyOne) {
    const free = walk(spec, 3);
    // norms begin at 2.3 and fall
    assertEquals(walk(spec, 3, () => ({ clip: 100 })), free);
    const bitten = walk(spec, 3, (number) => ({ clip: number === 3 ? 0.1 : null }));
    assertEquals(bitten.join() === free.join(), false, JSON.stringify(spec));
  }
});

testTensors("every optimizer takes a step of rate 0 without moving a parameter", () => {
  for (const spec of everyOne) assertClose(walk(spec, 2, () => ({ rate: 0 })), [1, -2, 0.5], 0);
});

Deno.test("rateOf() is the rate of the optimizer, or of what SAM steps with", () => {
  assertEquals(everyOne.map(rateOf), everyOne.map(() => 0.05));
});

Deno.test("every optimizer stands in the table under the kind that its maker writes, one file each", () => {
  const makers = Object.values(room).filter((value) => typeof value === "function" && "kind" in value);
  assertEquals(makers.map((make) => (make as unknown as { kind: string }).kind).sort(), Object.keys(optimizers).sort());
  const files = [...Deno.readDirSync(new URL("../../lib/optimizers", import.meta.url))].map(({ name }) => name);
  const own = Object.keys(optimizers).map((kind) => `${kind.toLowerCase()}.ts`);
  assertEquals(files.sort(), ["clip.ts", "mod.ts", "slope.ts", "step.ts", ...own].sort());
});
