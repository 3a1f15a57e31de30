import { progress } from "../../lib/terminal/progress.ts";
import { assert, assertEquals } from "../assert.ts";
import { testScreen } from "./screen.ts";

const hostile = "dual 💡 損失関数 <script>\x1b[31m\nλ = 0.05, loss 0.693 and many words more about it";

Deno.test("progress never draws beyond the width of the terminal, and always tells the percentage", () => {
  for (const columns of [1, 4, 6, 8, 10, 20, 21, 30, 40, 60, 80, 81, 120, 300]) {
    for (const color of [false, true]) {
      const screen = testScreen(columns, color);
      const bar = progress(screen);
      for (let done = 0; done <= 100; done++) {
        bar.update(done, 100, hostile);
        screen.pass(1);
        assertEquals(screen.lines().length, 1);
        if (columns >= 7) assert(screen.lines()[0].includes(`${done} %`), `${columns}: ${screen.lines()[0]}`);
      }
      assert(screen.widest() < Math.max(columns, 2), `${screen.widest()} columns in a terminal of ${columns}`);
    }
  }
});

Deno.test("progress follows a terminal that changes its width", () => {
  const screen = testScreen(100);
  const bar = progress(screen);
  bar.update(1, 10, hostile);
  screen.resize(20);
  screen.pass(1);
  bar.update(2, 10, hostile);
  assert(screen.lines()[0].length < 20);
});

Deno.test("progress shows bar, percentage, time left and words where there is room", () => {
  const screen = testScreen(80);
  using bar = progress(screen);
  for (let done = 0; done <= 20; done++) {
    bar.update(done, 40, "step");
    screen.pass(3);
  }
  assertEquals(screen.lines()[0], "━━━━━━━━━━━━············  50 %  1 min 00 s left  step");
});

Deno.test("progress writes sparse plain lines where there is no terminal", () => {
  const screen = testScreen(null);
  {
    using bar = progress(screen);
    for (let done = 0; done <= 100; done++) {
      bar.update(done, 100, hostile);
      screen.pass(0.5);
    }
  }
  assertEquals(screen.lines().length, 6, screen.text());
  assert(screen.lines()[0].startsWith(" 20 %  dual"), screen.lines()[0]);
  assert(screen.lines()[0].includes("40 s left"), screen.lines()[0]);
  assert(!screen.text().includes("\x1b") && !screen.text().includes("\r"));
});

Deno.test("progress draws at most ten times a second and takes its line away at the end", () => {
  const screen = testScreen(80);
  {
    using bar = progress(screen);
    for (let done = 0; done < 1000; done++) {
      bar.update(done, 1000, "");
      screen.pass(0.001);
    }
    assert(screen.text().split("\r").length <= 12);
  }
  assertEquals(screen.lines(), [""]);
});

Deno.test("a line that progress says stays above the moving one", () => {
  const screen = testScreen(80);
  using bar = progress(screen);
  bar.update(1, 4, "first");
  bar.say("epoch 1 \x1b[2J done");
  bar.update(2, 4, "second");
  assertEquals(screen.lines()[0], "epoch 1 �[2J done");
  assert(screen.lines()[1].includes("50 %"));
});

Deno.test("progress uses colour only when asked", () => {
  const [plain, colored] = [testScreen(80, false), testScreen(80, true)];
  progress(plain).update(1, 2, "");
  progress(colored).update(1, 2, "");
  assert(!plain.text().includes("\x1b[3"));
  assert(colored.text().includes("\x1b[36m"));
});

Deno.test("work that follows other work gets a time left of its own", () => {
  const screen = testScreen(80);
  using bar = progress(screen);
  for (let done = 100; done <= 150; done++) {
    bar.update(done, 160, "download");
    screen.pass(60);
  }
  for (let done = 0; done <= 20; done++) {
    screen.pass(1);
    bar.update(done, 40, "train");
  }
  assert(screen.lines()[0].includes("50 %  20 s left"), screen.lines()[0]);
});

Deno.test("the bar gives way to the words", () => {
  const drawn = (columns: number) => {
    const screen = testScreen(columns);
    progress(screen).update(1, 2, "contrastive-only: step 14 of 50, loss 1.52");
    return screen.lines()[0];
  };
  assertEquals(drawn(80), "━━━━━━━━━━━━············  50 %  contrastive-only: step 14 of 50, loss 1.52");
  assertEquals(drawn(59), "━━━━····  50 %  contrastive-only: step 14 of 50, loss 1.52");
  assertEquals(drawn(40), "━━━━····  50 %  contrastive-only: step…");
  assertEquals(drawn(24), " 50 %  contrastive-onl…");
  assertEquals(drawn(10), " 50 %");
});
