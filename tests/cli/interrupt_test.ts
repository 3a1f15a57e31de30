import { TASK } from "../../lib/cli/print.ts";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../assert.ts";

const program = fileURLToPath(new URL("./interrupted.ts", import.meta.url));

/** How a program is interrupted. */
interface Interrupts {
  /** Seconds between two signals. */
  readonly apart?: number;
  /** The command that runs the program; sees "deno" and its arguments behind its own. */
  readonly under?: readonly string[];
  /** Whether its standard error is shut before the first signal, as by a terminal that is closed. */
  readonly deaf?: boolean;
}

/** Starts the program, sends it some signals, waits for its end. */
async function interrupted(
  args: readonly string[],
  signals: readonly Deno.Signal[],
  { apart = 0.7, under = [], deaf = false }: Interrupts = {},
) {
  const [command, ...rest] = [...under, Deno.execPath(), "run", "-A", program, ...args];
  const child = new Deno.Command(command, {
    args: rest,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await out.read(); // it works
  if (deaf) await child.stderr.cancel();
  for (const [i, signal] of signals.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, apart * 1000));
    child.kill(signal);
  }
  const err = deaf ? "" : await new Response(child.stderr).text();
  let text = "";
  for (;;) {
    const { done, value } = await out.read();
    if (done) break;
    text += value;
  }
  return { code: (await child.status).code, err, out: text };
}

Deno.test("Ctrl-C and other requests to end let the work write its checkpoint, name the command that goes on, end with 130", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const { code, err, out } = await interrupted(["0.1", "stop"], [signal]);
    assertEquals([code, out], [130, "saved\n"]);
    assert(err.includes("Stopping after this step"), err);
    assert(err.includes("Interrupted. The checkpoint is kept; go on with: deno task run x.ts\n"), err);
  }
});

Deno.test("one Ctrl-C that arrives twice, from the terminal and from `deno task`, is one", async () => {
  const { code, out } = await interrupted(["0.5", "stop"], ["SIGINT", "SIGINT"], { apart: 0 });
  assertEquals([code, out], [130, "saved\n"]);
});

Deno.test("a second Ctrl-C does not wait for the checkpoint", async () => {
  const began = performance.now();
  const { code, err, out } = await interrupted(["60", "stop"], ["SIGINT", "SIGINT"]);
  assertEquals([code, out], [130, ""]);
  assert(err.includes("Ended at once"), err);
  assert(performance.now() - began < 30_000);
});

Deno.test("work whose terminal is closed writes its checkpoint all the same", async () => {
  const { code, out } = await interrupted(["0.5", "stop"], ["SIGHUP"], { deaf: true });
  assertEquals([code, out], [130, "saved\n"]);
});

Deno.test({
  name: "work under nohup goes on after a hang-up",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, err, out } = await interrupted(["0", "stop"], ["SIGHUP", "SIGTERM"], { under: ["nohup"] });
    assertEquals([code, out], [130, "saved\n"]);
    assert(err.includes("Interrupted") && !err.includes("Ended at once"), err);
  },
});

Deno.test("an interrupted JSON output ends with the reason", async () => {
  const { code, out } = await interrupted(["0", "stop", "--json"], ["SIGINT"]);
  assertEquals([code, out], [
    130,
    `saved\n{"error":"Interrupted. The checkpoint is kept; go on with: ${TASK} run x.ts","code":130}\n`,
  ]);
});

Deno.test("work that finishes after all, or fails on the way out, says so", async () => {
  assertEquals((await interrupted(["0", "done"], ["SIGINT"])).code, 0);
  const { code, err } = await interrupted(["0", "failure"], ["SIGINT"]);
  assertEquals(code, 1);
  assert(err.includes("Cannot write the checkpoint"), err);
});
