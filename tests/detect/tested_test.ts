import { crop, longSide } from "../../lib/augment/mod.ts";
import { outside, type TestedImage, testedOn } from "../../lib/detect/tested.ts";
import { assertEquals } from "../assert.ts";

const jpeg = (width: number, height: number, quality: number): TestedImage => ({
  width,
  height,
  quality,
  format: "jpeg",
});
const tested = testedOn([jpeg(640, 480, 75), jpeg(500, 700, 95)]);

Deno.test("testedOn() keeps the ranges of sides and qualities, whichever way an image lies", () => {
  assertEquals(tested, { shorter: [480, 500], longer: [640, 700], formats: ["jpeg"], quality: [75, 95], images: 2 });
  assertEquals(testedOn([]), null);
});

Deno.test("outside() finds nothing in an image like those that were tested, or in one that loses nothing", () => {
  const view = crop({ size: 224 });
  assertEquals(outside(jpeg(490, 650, 80), { tested, view }), []);
  assertEquals(outside({ width: 490, height: 650, quality: null, format: "png" }, { tested, view }), []);
  assertEquals(outside(jpeg(4000, 3000, 20), { tested: null, view }), []);
});

Deno.test("outside() tells of size, of what is not looked at, of format and of quality", () => {
  const view = crop({ size: 224 });
  assertEquals(outside(jpeg(4000, 3000, 75), { tested, view }), [
    "it has 4,000 × 3,000 pixels, of which the middle 224 × 224 (under 1 %) are looked at; tested were images of " +
    "640 × 480 to 700 × 500",
  ]);
  assertEquals(outside(jpeg(4000, 3000, 75), { tested, view: longSide({ size: 224 }) }), [
    "it has 4,000 × 3,000 pixels; tested were images of 640 × 480 to 700 × 500",
  ]);
  assertEquals(outside({ width: 490, height: 650, quality: null, format: "webp" }, { tested, view }), [
    "it is stored as webp; tested were images stored as jpeg",
  ]);
  assertEquals(outside(jpeg(490, 650, 50), { tested, view }), [
    "its JPEG quality is about 50; tested were qualities from 75 to 95",
  ]);
  assertEquals(outside(jpeg(100, 100, 80), { tested: null, view }), [
    "it is smaller than the 224 × 224 pixels that are looked at",
  ]);
});
