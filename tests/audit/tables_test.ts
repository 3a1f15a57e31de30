import type { Group } from "../../lib/audit/listing.ts";
import { groupRows } from "../../lib/audit/tables.ts";
import type { SeenHeader } from "../../lib/image/seen_header.ts";
import { assertEquals } from "../assert.ts";

const png: SeenHeader = {
  ...{ format: "png", width: 100, height: 400, bitDepth: 16, channels: 1, animated: false },
  ...{ quality: null, progressive: null, subsampling: null },
};
const jpeg = (quality: number): SeenHeader => ({ ...png, format: "jpeg", bitDepth: 8, channels: 3, quality });

Deno.test("a group's row counts formats, depths, qualities and sizes, and what could not be read", () => {
  const groups: Group[] = [{ label: "real", name: "all", split: "train" }, {
    label: "fake",
    name: "a",
    split: "train",
  }];
  const distinct = [png, jpeg(90), jpeg(70)];
  // photographs: one PNG, three JPEG of 90 and one of 70, one unreadable; fakes: one whose pixels were unreadable
  const [row, fakes] = groupRows(
    { groups, counts: [8, 1] },
    { distinct, group: [0, 0, 0, 0, 0, 0, 1], header: [0, 1, 1, 1, 2, -1, 0] },
    [1],
  );
  assertEquals([row.images, row.listed, row.unreadable], [5, 8, 1]);
  assertEquals(Object.entries(row.formats), [["jpeg", 4], ["png", 1]]);
  assertEquals(Object.entries(row.depths), [["8 bits, 3 channels", 4], ["16 bits, 1 channel", 1]]);
  assertEquals(row.qualities, { 70: 1, 90: 3 });
  assertEquals(row.quality, { p5: 70, p25: 70, median: 90, p75: 90, p95: 90 });
  assertEquals([row.width!.median, row.height!.median, row.side!.median, row.sizes], [100, 400, 200, {
    "100 × 400": 5,
  }]);
  assertEquals([fakes.images, fakes.unreadable, fakes.quality], [1, 1, null]);
});

Deno.test("a group of which nothing could be read has no quantiles", () => {
  const groups: Group[] = [{ label: "real", name: "all", split: "test" }];
  const [row] = groupRows({ groups, counts: [1] }, { distinct: [], group: [0], header: [-1] });
  assertEquals([row.images, row.unreadable, row.width, row.side, row.formats], [0, 1, null, null, {}]);
});
