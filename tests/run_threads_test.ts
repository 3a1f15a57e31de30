import { assertEquals } from "./assert.ts";

async function losses(threads: number): Promise<{ threads: number; steps: unknown; scores: unknown }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./print_losses.ts", import.meta.url).pathname, String(threads)],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("run() gives the same losses and scores to the last bit on one, two and three threads", async () => {
  const [one, two, three] = await Promise.all([1, 2, 3].map(losses));
  assertEquals([one.threads, two.threads, three.threads], [1, 2, 3]);
  assertEquals(two.steps, one.steps);
  assertEquals(three.steps, one.steps);
  assertEquals([two.scores, three.scores], [one.scores, one.scores]);
});
