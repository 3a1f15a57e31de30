import { ddim, existing, residual } from "../../lib/reconstruct/mod.ts";
import { difference } from "../../lib/reconstruct/residual.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("residual() is of a part that a pipeline carries out", () => {
  // @ts-expect-error what others made has no method
  assertThrows(() => residual({ of: existing() }), TypeError, "expected ddim() or vae() or img2img() or inpainting()");
  // @ts-expect-error of nothing
  assertThrows(() => residual(), TypeError, 'missing option "of"');
  assertThrows(
    () => residual({ of: { ...ddim({ model: "sd15" }), steps: 0 } }),
    RangeError,
    "Cannot define ddim.steps",
  );
});

Deno.test("difference() is that of levels, without its sign", () => {
  const image = (...levels: number[]) => ({ data: Uint8Array.from(levels), width: 1, height: 1 });
  assertEquals(difference(image(0, 200, 7), image(255, 199, 7)), image(255, 1, 0));
});
