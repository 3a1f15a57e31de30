/** Trains the tiny world with the threads named in the first argument, and prints every loss and score. */
// deno-lint-ignore-file no-console -- its output is read by run_threads_test.ts
import { closeBackend } from "../lib/engine/backend.ts";
import { run } from "../lib/run.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
try {
  await writeTinyWorld(folder);
  const options = { runs: `${folder}/runs`, data: folder, backend: "wasm", threads: Number(Deno.args[0]) } as const;
  const { steps, scores, environment } = await run(tinyDual(), options);
  console.log(JSON.stringify({ threads: environment.threads, steps, scores: scores.score }));
} finally {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
}
