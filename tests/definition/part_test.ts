import { frozen, type Part, part } from "../../lib/definition/part.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

interface Blur extends Part<"blur"> {
  readonly radius: number;
  readonly sigma: readonly [number, number];
}

const blur = part<Blur, "radius">("blur", { sigma: [0, 1] }, {
  required: ["radius"],
  check: ({ radius }) => {
    if (!(radius > 0)) throw new RangeError(`Cannot define blur: radius is ${radius}, expected > 0`);
  },
});

Deno.test("part() fills the defaults and names the kind", () => {
  assertEquals(blur({ radius: 2 }), { kind: "blur", sigma: [0, 1], radius: 2 });
  assertEquals(blur.kind, "blur");
});

Deno.test("part() takes an undefined option as one that is not given", () => {
  assertEquals(blur({ radius: 2, sigma: undefined }).sigma, [0, 1]);
  // @ts-expect-error a required option cannot be undefined
  assertThrows(() => blur({ radius: undefined }), TypeError, 'missing option "radius", the options are radius, sigma');
});

Deno.test("part() refuses at compile time and at run time", () => {
  // @ts-expect-error a misspelt option
  assertThrows(() => blur({ radius: 1, sigm: [0, 1] }), TypeError, 'unknown option "sigm", did you mean "sigma"?');
  // @ts-expect-error a missing option
  assertThrows(() => blur({}), TypeError, 'missing option "radius"');
  // @ts-expect-error no options at all
  assertThrows(() => blur(), TypeError, 'missing option "radius"');
  // @ts-expect-error not an object
  assertThrows(() => blur(3), TypeError, "given 3, expected one object of options");
  // @ts-expect-error an option with nothing near
  assertThrows(() => blur({ radius: 1, colour: "red" }), TypeError, 'option "colour", the options are radius, sigma');
  assertThrows(() => blur({ radius: 0 }), RangeError, "radius is 0, expected > 0");
});

Deno.test("part() takes a whole part of its kind and refuses another", () => {
  assertEquals(blur({ ...blur({ radius: 2 }), radius: 3 }), blur({ radius: 3 }));
  const other = { kind: "crop", radius: 2 };
  assertThrows(() => blur(other), TypeError, 'Cannot define blur: given a part of kind "crop"');
});

Deno.test("part() freezes what it makes and leaves what it was given alone", () => {
  const sigma: [number, number] = [0, 2];
  const made = blur({ radius: 2, sigma });
  assert(Object.isFrozen(made) && Object.isFrozen(made.sigma));
  assert(!Object.isFrozen(sigma));
  sigma[1] = 5;
  assertEquals(made.sigma, [0, 2]);
  // @ts-expect-error options are readonly
  assertThrows(() => made.radius = 3, TypeError);
});

Deno.test("frozen() copies plain values all the way down", () => {
  const value = { a: [{ b: 1 }], c: null };
  const copy = frozen(value);
  assertEquals(copy, value);
  assert(Object.isFrozen(copy.a[0]) && !Object.isFrozen(value.a[0]));
});
