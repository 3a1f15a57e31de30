import { errorMaps } from "../../lib/report/error_maps.ts";
import { montage, mostWrong } from "../../lib/report/montage.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { pictures } from "./figures.ts";

const scores = {
  id: ["a", "b", "c", "a", "d", "e"],
  generator: [null, "x", null, null, "y", "x"],
  corruption: [null, null, null, null, "jpeg-50", null],
  label: [0, 1, 0, 0, 1, 1],
  score: [0.9, 0.05, 0.4, 0.9, 0.01, 0.45],
};

Deno.test("mostWrong() are the worst first, each once, none that was right and none that was spoilt", () => {
  assertEquals(mostWrong(scores, 9).map(({ id }) => id), ["b", "a", "e"]);
  assertEquals(mostWrong(scores, 1), [{ id: "b", generator: "x", label: 1, score: 0.05 }]);
  assertEquals(mostWrong(scores, 9, { label: 0 }).map(({ id }) => id), ["a"]);
});

Deno.test("montage() holds the pictures and says what each is and what it was given", () => {
  const [{ source }] = pictures(1);
  const wrong = mostWrong({ ...scores, generator: scores.generator.map((one) => one && "<x>") }, 3);
  const { layout } = montage(wrong.map((one) => ({ ...one, source })));
  assertEquals(layout.images?.map((image) => image.source), [source, source, source]);
  assertEquals(layout.annotations?.slice(0, 4).map(({ text }) => text), [
    "<b>fake, &lt;x&gt;</b>",
    "5.0 % fake",
    "<b>real</b>",
    "90.0 % fake",
  ]);
});

Deno.test("pictures of a figure come from no network, and there has to be one", () => {
  const [wrong] = mostWrong(scores, 1);
  assertThrows(() => montage([{ ...wrong, source: "https://example.org/a.png" }]), TypeError, "a data URL");
  assertThrows(() => montage([{ ...wrong, source: "data:text/html,x" }]), TypeError, "a data URL");
  assertThrows(() => montage([]), RangeError, "found none");
});

Deno.test("errorMaps() lay the map over a second copy, on one scale for all", () => {
  const [{ source }] = pictures(1);
  const map = (values: number[]) => ({ width: 2, height: 1, values });
  const { layout, data } = errorMaps([
    { title: "one", source, map: map([0, 1]) },
    { title: "two", source, map: map([1, 4]) },
  ]);
  const images = layout.images!;
  assertEquals(images.filter((image) => image.source === source).length, 4);
  assertEquals(images.filter(({ opacity }) => opacity! < 1).length, 2);
  // plotly drops the second of two images of one place
  assertEquals(new Set(images.map(({ x, y }) => `${x} ${y}`)).size, images.length);
  const { marker } = data[1] as unknown as { marker: { cmin: number; cmax: number } };
  assertEquals([marker.cmin, marker.cmax], [0, 4]);
  assert(layout.height! > 200);
  assertThrows(() => errorMaps([{ title: "one", source, map: map([1]) }]), TypeError, 'the map of "one": found 1');
});
