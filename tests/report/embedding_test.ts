import { embedding } from "../../lib/report/embedding.ts";
import { pairDistances } from "../../lib/report/pair_distances.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { models } from "./figures.ts";

interface Trace {
  name: string;
  mode: string;
  xaxis: string;
  x: number[];
  y: number[];
  showlegend: boolean;
  error_x: { array: number[]; arrayminus: number[] };
  marker: { symbol: string };
}

Deno.test("embedding() has a panel for each model, and tells the kinds apart by mark as well as colour", () => {
  const traces = embedding(models()).data as unknown as Trace[];
  assertEquals(traces.length, 8);
  assertEquals(new Set(traces.map(({ marker }) => marker.symbol)).size, 4);
  assertEquals(traces.filter(({ showlegend }) => showlegend).length, 4);
  assert(traces.every(({ x }) => x.length === 60));
});

Deno.test("pairDistances() are squared distances of unit vectors, paired by id", () => {
  const rows = [
    { id: "a", group: "real" as const, x: [2, 0] },
    { id: "b", group: "real" as const, x: [0, 3] },
    { id: "b", group: "realRec" as const, x: [0, -1] }, // 4: the other way round
    { id: "a", group: "realRec" as const, x: [5, 0] }, // 0: the same direction
    { id: "c", group: "fake" as const, x: [0, 1] }, // 2 from a, 0 from b
    { id: "other", group: "fakeRec" as const, x: [1, 0] }, // of nothing here
  ];
  const traces = pairDistances([{ name: "m", rows }]).data as unknown as Trace[];
  const means = traces.filter(({ mode }) => mode === "markers");
  assertEquals(means.map(({ name }) => name), ["real ↔ its reconstruction", "real ↔ fake"]);
  assertClose(means.map(({ x }) => x[0]), [2, 1], 1e-12);
  assertEquals([means[0].error_x.arrayminus, means[0].error_x.array], [[2], [2]]);
  const [histogram] = traces;
  assertClose(Math.max(...histogram.y), 0.5, 1e-12);
});

Deno.test("pairDistances() of dual separate real reconstructions from what contrastive-only keeps together", () => {
  const traces = pairDistances(models()).data as unknown as Trace[];
  const means = traces.filter(({ mode, name }) => mode === "markers" && name.startsWith("fake")).map(({ x }) => x[0]);
  assert(means.every((mean) => mean < 1), String(means));
});

Deno.test("figures of embeddings refuse what is no direction, and models without a pair", () => {
  const zero = { name: "m", rows: [{ id: "a", group: "real" as const, x: [0, 0] }] };
  assertThrows(() => embedding([zero]), RangeError, 'the embedding of "a" by "m": its length is 0');
  assertThrows(() => pairDistances([{ name: "m", rows: [{ ...zero.rows[0], x: [1, 0] }] }]), RangeError, "no pair");
  assertThrows(() => embedding([]), RangeError, "found no model");
  assertThrows(() => embedding([{ name: "m", rows: [] }]), RangeError, "found none");
});
