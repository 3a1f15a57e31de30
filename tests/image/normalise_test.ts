import { fillNormalised } from "../../lib/image/normalise.ts";
import { assertClose } from "../assert.ts";

Deno.test("fillNormalised() takes the mean off each channel and divides by its deviation", () => {
  const row = new Float32Array(6);
  fillNormalised(row, new Uint8Array([0, 51, 255, 255, 0, 51]), { mean: [0, 0.2, 0.5], std: [1, 0.5, 0.25] });
  assertClose([...row], [0, 0, 2, 1, -0.4, -1.2], 1e-6);
});
