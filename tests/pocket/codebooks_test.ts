import { fitCodebooks, nearestCodewords } from "../../lib/pocket/codebooks.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

Deno.test("fitCodebooks() finds the centres of clusters that lie apart, for each group its own", () => {
  // two groups of one component: around 0 and 10 in the first, around 100 and 200 in the second
  const vectors = Float32Array.from([-1, 99, 1, 101, 9, 199, 11, 201]);
  const books = fitCodebooks(vectors, { groups: 2, width: 1, codes: 2 }, random(3, "codes"));
  assertClose([...books.subarray(0, 2)].sort((a, b) => a - b), [0, 10], 1e-6);
  assertClose([...books.subarray(2)].sort((a, b) => a - b), [100, 200], 1e-6);
});

Deno.test("nearestCodewords() takes the nearest word of the group, the first of two equally near", () => {
  const books = [0, 0, 4, 0, /* second group */ 1, 1, 9, 9];
  const rounded = nearestCodewords([1, 1, 6, 6, 2, 0, 5, 5], books, { groups: 2, width: 2, codes: 2 });
  assertEquals([...rounded], [0, 0, 9, 9, 0, 0, 1, 1]);
});

Deno.test("more codewords leave a smaller error, and as many as vectors leave none", () => {
  const draw = random(1, "vectors");
  const vectors = draw.normals(3 * 64);
  const error = (codes: number) => {
    const quantiser = { groups: 1, width: 3, codes };
    const rounded = nearestCodewords(vectors, fitCodebooks(vectors, quantiser, random(1, "codes")), quantiser);
    return vectors.reduce((sum, value, i) => sum + (value - rounded[i]) ** 2, 0);
  };
  assert(error(4) > error(16) && error(16) > error(64));
  assertEquals(error(64), 0);
});

Deno.test("fitCodebooks() refuses fewer vectors than codewords", () => {
  const fit = () => fitCodebooks(new Float32Array(6), { groups: 1, width: 3, codes: 3 }, random(1, "codes"));
  assertThrows(fit, RangeError, "3 codewords: found 2 vectors");
});
