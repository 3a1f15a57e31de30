/**
 * Training steps, forward, backward and optimizer, on the backend and threads of `bench/engine.ts`: of the networks that
 * `bench:peers` sets beside PyTorch, of a small one of each kind that we have, and of the five systems on the pocket world.
 */
import { bench } from "./benched.ts";
import { startEngine } from "./engine.ts";
import { modelSteps, trained } from "./model_steps.ts";
import { networks } from "./networks.ts";
import { stepsFrom, writeStart } from "./step.ts";

await startEngine();

for (const name of ["small-convnext-32", "small-convnext-64", "small-resnet-32"]) {
  const start = once(async () => {
    const file = await Deno.makeTempFile();
    await writeStart(networks[name], file);
    const step = await stepsFrom(networks[name], file);
    await Deno.remove(file);
    return step;
  });
  const watch = name === "small-convnext-32" ? "full" : "no"; // the others take seconds, and are of the same kernels
  bench({ group: "beside PyTorch", name: networks[name].title, watch, fn: async () => await (await start())() });
}

for (const [name, define] of Object.entries(trained)) {
  const start = once(async () => await modelSteps(define()));
  const watch = name === "dual loss" ? "short" : "full";
  bench({ group: "training step", name, watch, fn: async () => await (await start())() });
}

/** What is not asked for is not made: the weights of all would fill the heap of wasm. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => made ??= make();
}
