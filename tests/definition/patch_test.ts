import { type Part, part } from "../../lib/definition/part.ts";
import { patched } from "../../lib/definition/patch.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

interface Round extends Part<"round"> {
  readonly radius: number;
}
interface Square extends Part<"square"> {
  readonly side: number;
  readonly corners: readonly number[];
}
interface Picture {
  readonly name: string;
  readonly shape: Round | Square;
  readonly hole: Round | null;
  readonly layers: Readonly<Record<string, Round>>;
}

const round = part<Round>("round", { radius: 1 });
const square = part<Square>("square", { side: 2, corners: [0, 0] });
const base: Picture = {
  name: "base",
  shape: square(),
  hole: null,
  layers: { top: round(), low: round({ radius: 5 }) },
};

Deno.test("patched() changes only what it is told", () => {
  const made = patched(base, { shape: { side: 3 } });
  assertEquals(made, { ...base, shape: square({ side: 3 }) });
  assertEquals(base.shape, square());
  assert(Object.isFrozen(made.layers.top));
});

Deno.test("patched() with nothing gives an equal definition", () => assertEquals(patched(base, {}), base));

Deno.test("patched() replaces arrays", () => {
  assertEquals(patched(base, { shape: { corners: [1] } }).shape, square({ corners: [1] }));
});

Deno.test("patched() takes a part of another kind whole", () => {
  assertEquals(patched(base, { shape: round({ radius: 4 }) }).shape, round({ radius: 4 }));
  assertEquals(patched(base, { hole: round() }).hole, round());
  assertEquals(patched(patched(base, { hole: round() }), { hole: null }).hole, null);
});

Deno.test("patched() removes a key patched with undefined, and adds to a record", () => {
  assertEquals(patched(base, { layers: { low: undefined } }).layers, { top: round() });
  assertEquals(Object.keys(patched(base, { layers: { extra: round() } }).layers), ["top", "low", "extra"]);
});

Deno.test("patched() refuses an option that the base part does not have", () => {
  // the types cannot know which kind of a union the base is
  const wrong = () => patched(base, { shape: { radius: 2 } });
  assertThrows(
    wrong,
    TypeError,
    'Cannot derive "shape.radius": square has no such option, the options are side, corners',
  );
  // @ts-expect-error no kind has it
  const misspelt = () => patched(base, { shape: { sid: 2 } });
  assertThrows(misspelt, TypeError, 'Cannot derive "shape.sid": square has no such option, did you mean "side"?');
});

Deno.test("patched() refuses at compile time", () => {
  // @ts-expect-error an unknown field
  patched(base, { nme: "x" });
  // @ts-expect-error a value of the wrong type
  patched(base, { shape: { side: "3" } });
  // @ts-expect-error null where there is none
  patched(base, { shape: null });
});

Deno.test("patched() twice is as patched once with both", () => {
  const twice = patched(patched(base, { name: "b" }), { shape: { side: 7 } });
  assertEquals(twice, patched(base, { name: "b", shape: { side: 7 } }));
});
