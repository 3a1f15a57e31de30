import { measure } from "../../lib/pocket/measure.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose } from "../assert.ts";

const size = 16;
const picture = (value: () => number) => ({
  data: Uint8Array.from({ length: size * size * 3 }, value),
  width: size,
  height: size,
});

Deno.test("measure() sees that brighter fakes are brighter, and nothing where fakes are the photographs", async () => {
  const draw = random(2, "noise");
  const real = Array.from({ length: 6 }, () => picture(() => 80 + draw.integer(20)));
  const bright = real.map(({ data, ...shape }) => ({ data: data.map((value) => value + 60), ...shape }));
  const pairs = { real, realReconstruction: bright, fake: bright, fakeReconstruction: bright };
  const tables = await measure({ real, source: real, fakes: { bright, same: real }, pairs });
  const row = (name: string) =>
    tables.split("\n").find((line) => line.startsWith(`| ${name} |`))!.split(" | ").slice(1);
  assertClose(Number(row("bright")[0]), 1, 0);
  for (const value of row("same")) assertClose(Number.parseFloat(value), 0.5, 0);
  assert(tables.includes(`| bright, its sources | ${(20 * Math.log10(255 / 60)).toFixed(1)} |`), tables);
});
