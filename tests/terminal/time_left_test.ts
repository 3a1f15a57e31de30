import { timeLeft } from "../../lib/terminal/time_left.ts";
import { assertClose, assertEquals } from "../assert.ts";

Deno.test("the time left of steady work is exact, and counts down between updates", () => {
  const estimate = timeLeft();
  for (let done = 0; done <= 200; done++) estimate.update(done, done * 2);
  assertClose(estimate.left(300, 400)!, 200, 1e-9);
  assertClose(estimate.left(300, 410)!, 190, 1e-9);
  assertEquals(estimate.left(200, 500), 0);
});

Deno.test("the time left is not told before there is evidence", () => {
  const estimate = timeLeft();
  assertEquals(estimate.left(10, 0), null);
  for (let done = 0; done < 4; done++) estimate.update(done, done);
  assertEquals(estimate.left(10, 4), null);
});

Deno.test("one long pause does not move the time left", () => {
  const estimate = timeLeft();
  for (let done = 0; done <= 30; done++) estimate.update(done, done < 20 ? done : done + 3600);
  assertClose(estimate.left(60, 3630)!, 30, 1e-9);
});

Deno.test("the time left follows a change of speed", () => {
  const estimate = timeLeft();
  let clock = 0;
  for (let done = 0; done <= 400; done++) estimate.update(done, clock += done < 200 ? 1 : 3);
  assertClose(estimate.left(500, clock)!, 300, 30);
});

Deno.test("what was skipped says nothing of the speed", () => {
  const estimate = timeLeft();
  estimate.skip(100);
  for (let done = 100; done <= 150; done++) estimate.update(done, (done - 100) * 2);
  assertClose(estimate.left(200, 100)!, 100, 1e-9);
});
