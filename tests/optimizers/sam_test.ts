import { add, mean, mul, type Scalar, square, sum, type Tensor, tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree, entries, type Tree } from "../../lib/engine/tree.ts";
import { adam, adamW, optimizers, type Sam, sam, sgd } from "../../lib/optimizers/mod.ts";
import { meanSlope, type Slope, slopeOf } from "../../lib/optimizers/slope.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";
import { type Params, pullTo, start, step, walk } from "./problem.ts";

const plain = sgd({ rate: 0.1, momentum: 0 });

testTensors("sam takes the step that paper and pencil give", () => {
  // gradient (1, −2, .5), norm √5.25: the worst point lies ρ further out, where the gradient is longer by ρ / √5.25
  const rho = 0.5;
  const factor = 1 - 0.1 * (1 + rho / Math.sqrt(5.25));
  assertClose(walk(sam({ base: plain, rho }), 1), [factor, -2 * factor, 0.5 * factor], 1e-6);
});

testTensors("sam tells the value where it stands, not at the worst point", () => {
  const spec = sam({ base: plain, rho: 1 });
  const after = step(spec, start(spec));
  assertClose([after.total, after.term], [2.625, 2.5], 1e-6);
  disposeTree([after.params, after.state]);
});

testTensors("sam takes the steps of its base as ρ goes to 0", () => {
  for (const base of [adamW({ rate: 0.05 }), adam({ rate: 0.05, decay: 0.1 }), sgd({ rate: 0.05 })]) {
    assertClose(walk(sam({ base, rho: 1e-9 }), 5), walk(base, 5), 1e-6, base.kind);
    const far = walk(sam({ base, rho: 0.5 }), 5, () => ({ slope: steep }));
    const near = walk(base, 5, () => ({ slope: steep }));
    assert(far.some((x, i) => Math.abs(x - near[i]) > 1e-4), `${base.kind}: ${far} beside ${near}`);
  }
});

/** Steeper the further out: Σ w⁴ + Σ b², so that the worst point has another direction. */
const steep: Slope<Params> = slopeOf(({ w, b }: Params) => ({
  value: tidy(() => ({ total: add<Scalar>(sum(square(square(w))), sum(square(b))), terms: { w: mean<Scalar>(w) } })),
  buffers: {},
}));

testTensors("sam clips the second gradient, by which the parameters move", () => {
  const spec = sam({ base: plain, rho: 0.5 });
  const moved = walk(spec, 1, () => ({ clip: 0.3 })).map((x, i) => x - [1, -2, 0.5][i]);
  assertClose(Math.hypot(...moved), 0.1 * 0.3, 1e-6);
});

testTensors("sam stays where the gradient is 0", () => {
  const at = { w: tensor([[0.5, 0.5]]), b: tensor([0.5]) };
  const spec = sam({ base: plain });
  const after = step(spec, { params: at, state: optimizers.sam.init(spec, at) }, { slope: pullTo(0.5) });
  assertEquals([...after.params.w.dataSync()], [0.5, 0.5]);
  disposeTree([after.params, after.state]);
});

type One = { readonly p: Tensor };

/** p² / 2; its buffer remembers p. */
const remembering: Slope<One> = slopeOf(({ p }: One) =>
  tidy(() => ({ value: { total: mul<Scalar>(0.5, sum(square(p))), terms: {} }, buffers: { seen: mul(p, 1) } }))
);

function look(spec: Sam, slope: Slope<One>): { p: number[]; seen: number[] } {
  const params = { p: tensor([2]) };
  const state = optimizers.sam.init(spec, params);
  const after = optimizers.sam.step(spec, slope, { params, state, rate: 0.1, step: 1 });
  disposeTree([after.state, after.value]);
  return { p: take(after.params.p), seen: take((after.buffers as { seen: Tensor }).seen) };
}

testTensors("sam keeps what norms remember of the first look", () => {
  const { p, seen } = look(sam({ base: plain, rho: 0.5 }), remembering);
  assertEquals(seen, [2]);
  assertClose(p, [2 - 0.1 * 2.5], 1e-6);
});

testTensors("sam looks twice at every accumulated batch, and each look begins with the same buffers", () => {
  const seen: number[] = [];
  const counting = (params: One, buffers: Tree) => {
    seen.push((buffers as { seen: Tensor }).seen.dataSync()[0]);
    return slopeOf(({ p }: One) =>
      tidy(() => ({
        value: { total: mul<Scalar>(0.5, sum(square(p))), terms: {} },
        buffers: { seen: add((buffers as { seen: Tensor }).seen, 1) },
      }))
    )(params);
  };
  const buffers = { seen: tensor(10) };
  const found = look(sam({ base: plain, rho: 0.5 }), meanSlope([counting, counting], buffers));
  assertEquals(seen, [10, 11, 10, 11]);
  assertEquals(found.seen, [12]);
  disposeTree(buffers);
});

testTensors("sam frees what it has when the second look fails, and leaves parameters and state", () => {
  const spec = sam({ base: adamW() });
  const at = start(spec);
  let looks = 0;
  const failing: Slope<Params> = (params) => {
    if (++looks === 2) throw new Error("the heap is full");
    return pullTo(0)(params);
  };
  assertThrows(() => step(spec, at, { slope: failing }), Error, "the heap is full");
  for (const [path, leaf] of entries([at.params, at.state])) assert(!leaf.isDisposed, path);
  disposeTree([at.params, at.state]);
});

Deno.test("sam() completes its base and refuses what cannot be one", () => {
  assertEquals(sam({ base: { kind: "sgd", rate: 0.2 } as ReturnType<typeof sgd> }).base, sgd({ rate: 0.2 }));
  assertThrows(() => sam({} as { base: ReturnType<typeof sgd> }), TypeError, 'missing option "base"');
  const nested = sam({ base: plain }) as unknown as ReturnType<typeof sgd>;
  assertThrows(() => sam({ base: nested }), TypeError, "Cannot define sam.base");
  assertThrows(
    () => sam({ base: null as unknown as ReturnType<typeof sgd> }),
    TypeError,
    "given null, expected adamW()",
  );
  assertThrows(() => sam({ base: plain, rho: 0 }), RangeError, "sam.rho: given 0, expected a number > 0");
});
