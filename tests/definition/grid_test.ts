import { grid } from "../../lib/definition/grid.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const family = ({ λ = 0.05, γ = 0.5 } = {}) => ({ name: "f", tags: { of: "f" }, loss: { weight: λ, margin: γ } });

Deno.test("grid() makes every point, the last axis moving fastest", () => {
  const made = grid(family, { λ: [0, 1], γ: [2, 3, 4] });
  assertEquals(
    made.map(({ loss }) => [loss.weight, loss.margin]),
    [[0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4]],
  );
});

Deno.test("grid() tags each definition with its point and keeps its own tags", () => {
  const made = grid(family, { λ: [0, 1] });
  assertEquals(made.map(({ tags }) => tags), [{ of: "f", "λ": 0 }, { of: "f", "λ": 1 }] as unknown as { of: string }[]);
  assert(Object.isFrozen(made[0].tags) && Object.isFrozen(made[0].loss));
  assertEquals(made[0].loss.margin, 0.5);
});

Deno.test("grid() without axes is the family's own definition", () => assertEquals(grid(family, {}), [family()]));

Deno.test("grid() refuses an axis without values", () => {
  assertThrows(() => grid(family, { λ: [] }), RangeError, 'the axis "λ" has no values');
});

Deno.test("grid() refuses an axis that the family does not read", () => {
  // @ts-expect-error a misspelt axis
  assertThrows(() => grid(family, { lambda: [0, 1] }), TypeError, 'the axis "lambda" changes nothing');
  // @ts-expect-error values of another type
  const wrong = () => grid(family, { λ: ["a", "b"] });
  assertEquals(wrong().length, 2);
});

Deno.test("grid() lets an axis rest where another makes it void", () => {
  const gated = ({ on = true, size = 1 } = {}) => ({ tags: {}, size: on ? size : null });
  assertEquals(grid(gated, { on: [true, false], size: [1, 2] }).length, 4);
});
