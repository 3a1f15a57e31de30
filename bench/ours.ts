// deno-lint-ignore-file no-console -- one side of a bench speaks on its standard output
/**
 * Our side of `deno task bench:peers`: one training step a line on stdin, its milliseconds and loss on stdout.
 *
 *     deno run -A bench/ours.ts NETWORK FILE BACKEND THREADS
 */
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { networks } from "./networks.ts";
import { stepsFrom } from "./step.ts";

const [name, file, backend, threads] = Deno.args;
await useBackend(backend as BackendName, { threads: Number(threads) });
const step = await stepsFrom(networks[name], file);
console.log("ready");
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const _ of text.matchAll(/\n/g)) {
    const start = performance.now();
    const loss = await step();
    console.log(`${(performance.now() - start).toFixed(3)} ${loss}`);
  }
}
closeBackend();
