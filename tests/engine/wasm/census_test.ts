import "@tensorflow/tfjs-backend-wasm"; // registers the stock kernels, before the house's stand in front of them
import * as tf from "@tensorflow/tfjs-core";
import { closeBackend, useBackend } from "../../../lib/engine/backend.ts";
import { memory } from "../../../lib/engine/ops.ts";
import { assert, assertEquals } from "../../assert.ts";
import { networks, train } from "./networks.ts";

/** Stock kernels that training may run, each with the reason why it need not be the house's own. */
const allowed: Readonly<Record<string, string>> = {
  Reshape: "names the same memory, copies nothing",
};

/** How often each stock kernel ran, called by name or by the house's kernel in front of it. */
const ran = new Map<string, number>();

// the house takes a kernel for the stock one if it is there when the backend starts: so these count
for (const { kernelName, kernelFunc, ...rest } of tf.getKernelsForBackend("wasm")) {
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    ...rest,
    kernelName,
    kernelFunc: (call) => {
      ran.set(kernelName, (ran.get(kernelName) ?? 0) + 1);
      return kernelFunc(call);
    },
  });
}
await useBackend("wasm", { threads: 2 });
Deno.test.afterAll(closeBackend);

for (const name of Object.keys(networks)) {
  Deno.test(`a step of ${name} runs on the house's kernels, forward and backward`, () => {
    const before = memory().numTensors;
    const { step, dispose } = train(name, 8);
    step();
    ran.clear();
    const first = step();
    const found = Object.fromEntries(ran);
    assertEquals(Object.keys(found).filter((kernel) => !Object.hasOwn(allowed, kernel)), [], JSON.stringify(found));
    assert(step() < first, "the network learns");
    dispose();
    assertEquals(memory().numTensors, before, "live tensors");
  });
}

/** Kernels around products in bfloat16, which are tensorflow's alone. */
const brief = ["HouseAddBranch", "HouseAddBranchGrad", "HouseFinish", "HouseNarrow", "HouseNarrowSums", "HouseWiden"];

Deno.test("wasm has every kernel of its own that the engine's operations look for, but those of bfloat16", async () => {
  const folder = new URL("../../../lib/engine/", import.meta.url);
  const wanted = new Set<string>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !name.endsWith(".ts")) continue;
    const source = await Deno.readTextFile(new URL(name, folder));
    for (const [, kernel] of source.matchAll(/"(House[A-Za-z]+)"/g)) wanted.add(kernel);
  }
  assert(wanted.size > 20, `${wanted.size} kernels`);
  assertEquals([...wanted].filter((kernel) => tf.getKernel(kernel, "wasm") === undefined).sort(), brief);
});
