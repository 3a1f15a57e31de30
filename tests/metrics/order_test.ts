import { fallingOrder } from "../../lib/metrics/order.ts";
import { random } from "../../lib/random.ts";
import { assertEquals } from "../assert.ts";

Deno.test("fallingOrder() puts the highest number first and equal ones in their order", () => {
  assertEquals([...fallingOrder([0.2, 0.9, 0.2, -3, 0, -0, 1e300, -1e-300])], [6, 1, 0, 2, 4, 5, 7, 3]);
  assertEquals([...fallingOrder([])], []);
});

Deno.test("fallingOrder() is that of a comparison, of numbers of every size and sign", () => {
  const draw = random(1, "order");
  const make = [
    () => draw.uniform(),
    () => draw.normal() * 10 ** (20 * draw.normal()),
    () => Math.round(20 * draw.normal()) / 20,
    () => Math.fround(draw.uniform()) - 0.5,
  ];
  for (const value of make) {
    const values = Array.from({ length: 3000 }, value);
    const compared = values.map((_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
    assertEquals([...fallingOrder(values)], compared);
  }
});
