import { add, mul, type Scalar, square, sub, sum, type Tensor, tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { type AdamState, adamW } from "../../lib/optimizers/adamw.ts";
import { optimizers } from "../../lib/optimizers/mod.ts";
import * as room from "../../lib/optimizers/mod.ts";
import type { LossValue } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

type Params = { readonly w: Tensor; readonly b: Tensor };
type Place = { readonly params: Params; readonly state: AdamState<Params> };

/** Half the squared distance to a target, so that the gradient is the distance. */
function pullTo(target: number): (params: Params) => LossValue {
  const half = (p: Tensor): Scalar => mul(0.5, sum(square(sub(p, target))));
  return ({ w, b }) => tidy(() => ({ total: add<Scalar>(half(w), half(b)), terms: { w: half(w) } }));
}

function start(spec: ReturnType<typeof adamW>): Place {
  const params = { w: tensor([[1, -2]]), b: tensor([0.5]) };
  return { params, state: optimizers.adamW.init(spec, params) };
}

/** One step; the value's numbers instead of its tensors. */
function step(spec: ReturnType<typeof adamW>, at: Place, { target = 0, rate = spec.rate, number = 1 } = {}): Place & {
  readonly total: number;
  readonly term: number;
} {
  const { params, state, value } = optimizers.adamW.step(spec, pullTo(target), { ...at, rate, step: number });
  return { params, state, total: take(value.total)[0], term: take(value.terms.w)[0] };
}

testTensors("adamW takes the two steps that paper and pencil give", () => {
  const spec = adamW({ rate: 0.1, decay: 0.5 });
  const first = step(spec, start(spec));
  // gradients 1, −2, .5: corrected, a first step is rate · sign, beside the decay of 5 %
  assertClose(first.params.w.dataSync(), [0.95 - 0.1, -1.9 + 0.1], 1e-6);
  assertClose(first.params.b.dataSync(), [0.475 - 0.1], 1e-6);
  assertClose(first.state.exp_avg.w.dataSync(), [0.1, -0.2], 1e-7);
  assertClose(first.state.exp_avg_sq.w.dataSync(), [0.001, 0.004], 1e-8);
  assertClose([first.total, first.term], [2.625, 2.5], 1e-6); // at the parameters before the step
  const second = step(spec, first, { number: 2 });
  // w₀ = .85: mean .9·.1 + .1·.85 = .175 over 1 − .9², square .999·.001 + .001·.85² = .0017215 over 1 − .999²
  const expected = 0.85 * 0.95 - 0.1 * (0.175 / 0.19) / Math.sqrt(0.0017215 / 0.001999);
  assertClose(second.params.w.dataSync()[0], expected, 1e-6);
  disposeTree({ params: second.params, state: second.state });
});

testTensors("adamW takes the rate of the schedule, not its own", () => {
  const spec = adamW({ rate: 0.1, decay: 0.5 });
  const still = step(spec, start(spec), { rate: 0 });
  assertEquals([...still.params.w.dataSync()], [1, -2]);
  disposeTree({ params: still.params, state: still.state });
});

testTensors("adamW spares vectors from decay only when told to", () => {
  for (const [spareVectors, expected] of [[false, 0.25], [true, 0.5]] as const) {
    const spec = adamW({ rate: 1, decay: 0.5, spareVectors });
    const at = start(spec);
    // the objective's gradient of b vanishes at its target: what moves b is decay alone
    const next = step(spec, at, { target: 0.5 });
    assertClose(next.params.b.dataSync(), [expected], 1e-6);
    assertClose(next.params.w.dataSync()[0], 0.5 - 1, 1e-6);
    disposeTree({ params: next.params, state: next.state });
  }
});

testTensors("adamW finds the minimum", () => {
  const spec = adamW({ rate: 0.05, decay: 0 });
  let at: Place = start(spec);
  for (let number = 1; number <= 400; number++) at = step(spec, at, { target: 0.25, number });
  assertClose(at.params.w.dataSync(), [0.25, 0.25], 1e-2);
  disposeTree({ params: at.params, state: at.state });
});

testTensors("adamW consumes parameters and state", () => {
  const spec = adamW();
  const before = start(spec);
  const { params, state } = step(spec, before);
  for (const [path, leaf] of entries(before)) assert(leaf.isDisposed, path);
  disposeTree({ params, state });
});

Deno.test("adamW() refuses options outside their range", () => {
  assertThrows(() => adamW({ rate: 0 }), RangeError, "adamW.rate: given 0, expected a number > 0");
  assertThrows(() => adamW({ beta2: 1 }), RangeError, "adamW.beta2: given 1, expected a number ≥ 0 and < 1");
  assertThrows(() => adamW({ decay: -0.1 }), RangeError, "adamW.decay");
  assertThrows(() => adamW({ epsilon: NaN }), RangeError, "adamW.epsilon");
});

Deno.test("every optimizer stands in the table under the kind that its maker writes, one file each", () => {
  const makers = Object.values(room).filter((value) => typeof value === "function" && "kind" in value);
  assertEquals(makers.map((make) => (make as unknown as { kind: string }).kind).sort(), Object.keys(optimizers).sort());
  const files = [...Deno.readDirSync(new URL("../../lib/optimizers", import.meta.url))].map(({ name }) => name);
  const own = Object.keys(optimizers).map((kind) => `${kind.toLowerCase()}.ts`);
  assertEquals(files.sort(), ["mod.ts", "step.ts", ...own].sort());
});
