import { pace } from "../../lib/terminal/pace.ts";
import { assertClose, assertEquals } from "../assert.ts";

Deno.test("the pace of steady steps is exact, and not told before there are enough", () => {
  const speed = pace();
  for (let i = 0; i < 3; i++) speed.step(i * 0.5, 0.5);
  assertEquals(speed.read(), null);
  speed.step(1.5, 0.5);
  assertEquals(speed.read(), { stepsPerSecond: 2, waiting: 0 });
});

Deno.test("what goes on between two steps is not their time", () => {
  const speed = pace();
  let at = 0;
  for (let i = 0; i < 8; i++) {
    speed.step(at += 1, 1);
    if (i % 3 !== 2) continue;
    at += 600; // a validation
    speed.pause();
  }
  assertEquals(speed.read(), { stepsPerSecond: 1, waiting: 0 });
});

Deno.test("the pace follows the last steps, and tells how much of their time went into waiting", () => {
  const speed = pace();
  let at = 0;
  for (let i = 0; i < 50; i++) speed.step(at += 1, 1);
  for (let i = 0; i < 20; i++) speed.step(at += 4, 1);
  const { stepsPerSecond, waiting } = speed.read()!;
  assertClose(stepsPerSecond, 0.25, 1e-12);
  assertClose(waiting, 0.75, 1e-12);
});
