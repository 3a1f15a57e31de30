import { together } from "../../lib/data/together.ts";
import { assertEquals, assertRejects } from "../assert.ts";

Deno.test("together() gives the values in their order", async () => {
  assertEquals(await together([Promise.resolve(1), Promise.resolve("two")]), [1, "two"]);
});

Deno.test("together() passes a single refusal on as it is", async () => {
  await assertRejects(() => together([Promise.resolve(1), Promise.reject(new RangeError("a"))]), RangeError, "a");
});

Deno.test("together() tells each of several refusals once", async () => {
  const refuse = (message: string) => Promise.reject(new RangeError(message));
  const error = await assertRejects(() => together([refuse("a"), refuse("b"), refuse("a")]), Deno.errors.NotFound);
  assertEquals(error.message, "a\nb");
});
