import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { adamW, type OptimizerState } from "../../lib/optimizers/mod.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";
import { type Params, pullTo, start, step, walk } from "./problem.ts";

/** A moment of w, of a state of Adam. */
function moment(state: OptimizerState<Params>, name: "exp_avg" | "exp_avg_sq"): ArrayLike<number> {
  return (state as Record<typeof name, Params>)[name].w.dataSync();
}

testTensors("adamW takes the two steps that paper and pencil give", () => {
  const spec = adamW({ rate: 0.1, decay: 0.5 });
  const first = step(spec, start(spec));
  // gradients 1, −2, .5: corrected, a first step is rate · sign, beside the decay of 5 %
  assertClose(first.params.w.dataSync(), [0.95 - 0.1, -1.9 + 0.1], 1e-6);
  assertClose(first.params.b.dataSync(), [0.475 - 0.1], 1e-6);
  assertClose(moment(first.state, "exp_avg"), [0.1, -0.2], 1e-7);
  assertClose(moment(first.state, "exp_avg_sq"), [0.001, 0.004], 1e-8);
  assertClose([first.total, first.term], [2.625, 2.5], 1e-6); // at the parameters before the step
  const second = step(spec, first, { number: 2 });
  // w₀ = .85: mean .9·.1 + .1·.85 = .175 over 1 − .9², square .999·.001 + .001·.85² = .0017215 over 1 − .999²
  const expected = 0.85 * 0.95 - 0.1 * (0.175 / 0.19) / Math.sqrt(0.0017215 / 0.001999);
  assertClose(second.params.w.dataSync()[0], expected, 1e-6);
  disposeTree([second.params, second.state]);
});

testTensors("adamW takes the rate of the schedule, not its own", () => {
  assertEquals(walk(adamW({ rate: 0.1, decay: 0.5 }), 1, () => ({ rate: 0 })), [1, -2, 0.5]);
});

testTensors("adamW spares vectors from decay only when told to", () => {
  for (const [spareVectors, expected] of [[false, 0.25], [true, 0.5]] as const) {
    // the objective's gradient of b vanishes at its target: what moves b is decay alone
    const [w, , b] = walk(adamW({ rate: 1, decay: 0.5, spareVectors }), 1, () => ({ slope: pullTo(0.5) }));
    assertClose([w, b], [0.5 - 1, expected], 1e-6);
  }
});

testTensors("adamW finds the minimum", () => {
  const slope = pullTo(0.25);
  assertClose(walk(adamW({ rate: 0.05, decay: 0 }), 400, () => ({ slope })), [0.25, 0.25, 0.25], 1e-2);
});

testTensors("adamW consumes parameters and state", () => {
  const spec = adamW();
  const before = start(spec);
  const { params, state } = step(spec, before);
  for (const [path, leaf] of entries([before.params, before.state])) assert(leaf.isDisposed, path);
  disposeTree([params, state]);
});

Deno.test("adamW() refuses options outside their range", () => {
  assertThrows(() => adamW({ rate: 0 }), RangeError, "adamW.rate: given 0, expected a number > 0");
  assertThrows(() => adamW({ beta2: 1 }), RangeError, "adamW.beta2: given 1, expected a number ≥ 0 and < 1");
  assertThrows(() => adamW({ decay: -0.1 }), RangeError, "adamW.decay");
  assertThrows(() => adamW({ epsilon: NaN }), RangeError, "adamW.epsilon");
});
