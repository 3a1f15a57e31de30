import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../assert.ts";

const program = fileURLToPath(new URL("./interrupted.ts", import.meta.url));

/** Starts the program, sends it so many interrupts, waits for its end. */
async function interrupted(args: readonly string[], signals: readonly Deno.Signal[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const out = child.stdout.getReader();
  await out.read(); // it works
  for (const signal of signals) {
    child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const err = await new Response(child.stderr).text();
  await out.cancel();
  return { code: (await child.status).code, err };
}

Deno.test("Ctrl-C lets the work write its checkpoint, says what is kept, and ends with 130", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const { code, err } = await interrupted(["0.1", "stop"], [signal]);
    assertEquals(code, 130);
    assert(err.includes("Stopping after this step"), err);
    assert(err.includes("Interrupted. The checkpoint is kept; the same command goes on"), err);
  }
});

Deno.test("a second Ctrl-C does not wait for the checkpoint", async () => {
  const began = performance.now();
  const { code, err } = await interrupted(["60", "stop"], ["SIGINT", "SIGINT"]);
  assertEquals(code, 130);
  assert(err.includes("Ended at once"), err);
  assert(performance.now() - began < 30_000);
});

Deno.test("work that finishes after all, or fails on the way out, says so", async () => {
  assertEquals((await interrupted(["0", "done"], ["SIGINT"])).code, 0);
  const { code, err } = await interrupted(["0", "failure"], ["SIGINT"]);
  assertEquals(code, 1);
  assert(err.includes("Cannot write the checkpoint"), err);
});
