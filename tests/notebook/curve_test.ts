import { curveSvg, lineKey } from "../../lib/notebook/curve.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";

/** Points of each line, in pixels. */
function lines(svg: string): [number, number][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points.split(" ").filter((point) => point !== "").map((point) => point.split(",").map(Number) as [number, number])
  );
}

Deno.test("curveSvg() draws a line for each term, from left to where the run is, zero at the bottom", () => {
  const terms = new Map([["total", [2, 1, 0]], ["reconstruction", [0, 0, 0]]]);
  const [total, reconstruction] = lines(curveSvg({ terms, first: 1, steps: 6 }));
  assertEquals([total.length, reconstruction.length], [3, 3]);
  assertEquals(total[2], reconstruction[2]);
  const [[x0, y0], , [x2, y2]] = total;
  assert(x0 > 48 && x2 < 640 && y0 === 10 && y2 === 200 - 28, `${total}`);
  assertClose((x2 - x0) / 2, (640 - 48 - 12) / 6, 0.1);
});

Deno.test("curveSvg() of a run that went on begins where it went on", () => {
  const [[[x]]] = lines(curveSvg({ terms: new Map([["total", [1]]]), first: 51, steps: 100 }));
  assert(x > 48 + (640 - 60) / 2 - 1, `${x}`);
});

Deno.test("curveSvg() draws at most 150 points a line, means of the steps between, none right of the end", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i % 2);
  const [line] = lines(curveSvg({ terms: new Map([["total", values]]), first: 1, steps: 1000 }));
  assert(line.length <= 150 && line.length > 100, `${line.length} points`);
  for (const [x] of line) assert(x <= 640 - 12, `${x}`);
});

Deno.test("curveSvg() draws the mean of the others where a step of many is missing", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i % 7 === 3 ? NaN : 1);
  const [line] = lines(curveSvg({ terms: new Map([["total", values]]), first: 1, steps: 1000 }));
  assertEquals([line.length, new Set(line.map(([, y]) => y)).size], [143, 1]);
});

Deno.test("curveSvg() leaves out what is no number, and keeps hostile names text", () => {
  const [line] = lines(curveSvg({ terms: new Map([["total", [1, NaN, 1]]]), first: 1, steps: 3 }));
  assertEquals(line.length, 2);
  assert(!curveSvg({ terms: new Map([['"><script>', [1]]]), first: 1, steps: 1 }).includes("<script"));
});

Deno.test("curveSvg() draws no two of six lines with the same dashes, and lineKey() tells them apart", () => {
  const terms = new Map(Array.from({ length: 6 }, (_, i) => [`term ${i}`, [1, 2]]));
  const svg = curveSvg({ terms, first: 1, steps: 2 });
  const dashes = [...svg.matchAll(/<polyline [^>]*>/g)].map(([line]) => /dasharray="([^"]*)"/.exec(line)?.[1] ?? "");
  assertEquals(new Set(dashes).size, 6);
  assertEquals(new Set(dashes.map((_, i) => lineKey(i))).size, 6);
});
