import { cues } from "../../lib/pocket/cues.ts";
import { measure } from "../../lib/pocket/measure.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose } from "../assert.ts";

const size = 16;
const picture = (value: (x: number, y: number, channel: number) => number) => ({
  data: Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => value(Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3),
  ),
  width: size,
  height: size,
});

Deno.test("the mean and the saturation of a flat colour are read off", async () => {
  const flat = picture((_x, _y, channel) => [30, 60, 120][channel]);
  assertClose(await cues["mean"](flat), 70, 1e-9);
  assertClose(await cues["saturation"](flat), 90, 1e-9);
  assertClose(await cues["high-pass energy"](flat), Math.log(1e-3), 1e-9);
});

Deno.test("columns of alternating grey have half their contrast above the blur", async () => {
  // the blur of ±10 across is 0: what it takes away is ±10, mean square 100
  const stripes = picture((x) => 100 + (x % 2 === 0 ? 10 : -10));
  assertClose(await cues["high-pass energy"](stripes), Math.log(100 + 1e-3), 1e-9);
  assert(await cues["chroma high-pass"](stripes) < Math.log(0.02 / 100));
});

Deno.test("blocks of four show as a step at 4, and steps elsewhere as none", async () => {
  const blocks = picture((x) => Math.floor(x / 4) % 2 * 40);
  assert(await cues["step at 4"](blocks) > 100);
  const between = picture((x) => Math.floor((x + 2) / 4) % 2 * 40);
  assert(await cues["step at 4"](between) < 0.01);
});

Deno.test("noise is stored larger than a flat picture", async () => {
  const draw = random(1, "noise");
  assert(await cues["stored size"](picture(() => draw.integer(256))) > await cues["stored size"](picture(() => 7)));
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
