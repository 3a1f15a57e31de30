import { assert, assertClose, assertEquals } from "../assert.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { runFile } from "./child.ts";
import { numbersOf, results } from "./operations/mod.ts";
import { times } from "./operations/operation.ts";

/**
 * Largest value below which errors are held against this one. Inputs are about 1, where float32 goes in steps of 1.2e-7,
 * so that a sum in which they cancel to a hundredth may be 2e-7 off; webgpu's order of adding is such.
 */
const least = testBackend === "webgpu" ? 1e-2 : 1e-3;

if (testBackend !== "cpu") {
  testTensors(
    "every kernel agrees with the cpu backend to 2e-5 of the largest value, comparisons exactly",
    async () => {
      const program = new URL("./operations/mod.ts", import.meta.url);
      const bytes = await runFile(program, ["cpu"], { milliseconds: 60_000 * times });
      const expected = new Float32Array(bytes.slice().buffer);
      let at = 0;
      const counts = { rounded: 0, exact: 0 };
      for (const { name, exact, tensor } of results()) {
        const got = numbersOf(tensor);
        const want = expected.subarray(at, at + got.length);
        at += got.length;
        const head = 2 + tensor.rank;
        assertEquals(got.subarray(0, head), want.slice(0, head), `${name}, kind, rank and shape`);
        counts[exact ? "exact" : "rounded"]++;
        if (exact) {
          const same = got.every((value, i) => value === want[i] || Number.isNaN(value) && Number.isNaN(want[i]));
          assert(same, `${name}: ${got.subarray(head)}, expected ${want.subarray(head)}`);
        } else {
          const largest = want.subarray(head).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          assertClose(got.subarray(head), want.subarray(head), 2e-5 * Math.max(largest, least), name);
        }
      }
      assertEquals(at, expected.length);
      // deno-lint-ignore no-console -- how much was tested
      console.log(`${counts.rounded} values and gradients to rounding, ${counts.exact} values to the last bit`);
    },
  );
}
