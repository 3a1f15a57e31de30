import { epochLines } from "../../lib/report/epoch_lines.ts";
import { groupMethods } from "../../lib/report/methods.ts";
import { assertEquals } from "../assert.ts";
import { syntheticAblation } from "./records.ts";

Deno.test("epochLines() name each method once in the legend, in the colour that it has elsewhere", () => {
  const methods = groupMethods(syntheticAblation({ seeds: [1, 2], epochs: 2, distances: true }));
  const panels = [() => 1, () => 2];
  const lines = epochLines(methods.slice(0, 2), { panels, form: ".1%" }) as unknown as {
    name: string;
    showlegend: boolean;
    line: { color: string };
  }[];
  assertEquals(lines.length, 2 * 2 * 3);
  assertEquals(lines.filter(({ showlegend }) => showlegend).map(({ name }) => name), [
    "plain",
    "reconstructions-as-fakes",
  ]);
  assertEquals(
    new Set(lines.map(({ name, line }) => `${name} ${line.color}`)),
    new Set([
      "plain #0072B2",
      "reconstructions-as-fakes #E69F00",
    ]),
  );
});

Deno.test("epochLines() of a method of which nothing is known are none, and the colours of the others stay", () => {
  const methods = groupMethods(syntheticAblation({ epochs: 2 })).slice(0, 2);
  const [line, ...rest] = epochLines([{ ...methods[0], records: [] }, methods[1]], {
    panels: [({ epoch }) => epoch],
    form: "d",
  }) as unknown as { line: { color: string }; y: number[] }[];
  assertEquals([line.line.color, line.y, rest.length], ["#E69F00", [1, 2], 0]);
});
