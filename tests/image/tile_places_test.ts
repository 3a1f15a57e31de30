import { tilePlaces } from "../../lib/image/tile_places.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("squares cover an image, the last of a row and column ending at its edge", () => {
  const places = tilePlaces({ width: 25, height: 16 }, { side: 10, stride: 10 });
  assertEquals(places.map(({ x, y }) => [x, y]), [[0, 0], [10, 0], [15, 0], [0, 6], [10, 6], [15, 6]]);
  assert(places.every(({ width, height }) => width === 10 && height === 10));
});

Deno.test("every pixel of an image lies in a square, whatever its sides, and no square is there twice", () => {
  const draw = random(1, "tiles");
  for (let i = 0; i < 50; i++) {
    const [width, height, side] = [10 + draw.integer(40), 10 + draw.integer(40), 4 + draw.integer(6)];
    const places = tilePlaces({ width, height }, { side, stride: 1 + draw.integer(side) });
    const seen = new Uint8Array(width * height);
    for (const { x, y } of places) {
      for (let row = y; row < y + side; row++) seen.fill(1, row * width + x, row * width + x + side);
    }
    assert(seen.every((one) => one === 1), `${width} × ${height} by ${side}`);
    assertEquals(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, places.length);
  }
});

Deno.test("an image of the square's size has one square, a smaller one none", () => {
  assertEquals(tilePlaces({ width: 8, height: 8 }, { side: 8, stride: 3 }).length, 1);
  assertEquals(tilePlaces({ width: 7, height: 20 }, { side: 8, stride: 3 }), []);
});
