import { ahead } from "../../lib/data/ahead.ts";
import { assertEquals, assertRejects } from "../assert.ts";

/** Makes numbered values and writes down what happens to them. */
function maker({ failAt = -1 } = {}) {
  const log: string[] = [];
  const make = (i: number): Promise<Disposable & { i: number }> => {
    log.push(`make ${i}`);
    if (i === failAt) return Promise.reject(new Error(`no ${i}`));
    return Promise.resolve({ i, [Symbol.dispose]: () => log.push(`free ${i}`) });
  };
  return { log, make };
}

Deno.test("ahead() makes each value one before it is used, in order, and each once", async () => {
  const { log, make } = maker();
  for await (const each of ahead({ from: 2, to: 5 }, make)) {
    using value = each;
    log.push(`use ${value.i}`);
  }
  assertEquals(log, ["make 2", "make 3", "use 2", "free 2", "make 4", "use 3", "free 3", "use 4", "free 4"]);
});

Deno.test("ahead() frees the value made and not taken when the reader stops", async () => {
  const { log, make } = maker();
  for await (const each of ahead({ from: 0, to: 9 }, make)) {
    using _ = each;
    break;
  }
  assertEquals(log, ["make 0", "make 1", "free 0", "free 1"]);
});

Deno.test("ahead() fails where a value cannot be made, not before", async () => {
  const { log, make } = maker({ failAt: 1 });
  await assertRejects(
    async () => {
      for await (const each of ahead({ from: 0, to: 3 }, make)) log.push(`use ${each.i}`);
    },
    Error,
    "no 1",
  );
  assertEquals(log, ["make 0", "make 1", "use 0"]);
});

Deno.test("ahead() of nothing makes nothing", async () => {
  const { log, make } = maker();
  for await (const _ of ahead({ from: 3, to: 3 }, make)) log.push("used");
  assertEquals(log, []);
});
