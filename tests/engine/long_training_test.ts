import { assert, assertEquals } from "../assert.ts";
import { testBackend } from "../tensors.ts";
import { type LongTraining, v8Flags } from "./long_training.ts";

/** Steps of the whole test, and of the ordinary run where the whole takes more than some seconds. */
const whole = 2000;
const some = { wasm: 800, tensorflow: 400, webgpu: 300, cpu: 40 }[testBackend];

for (const how of testBackend === "tensorflow" ? ["compiled", "plain"] : ["plain"]) {
  // replayed steps are as quick as those of wasm
  const steps = Deno.env.get("COUNTERPROOF_FULL") === "1" || how === "compiled" ? whole : some;
  Deno.test(`${steps} ${how} steps leave tensors, heaps and memory as they were`, async () => {
    if (steps < whole) {
      // deno-lint-ignore no-console -- a test that does less than it could says so
      console.log(`${steps} of ${whole} steps on ${testBackend}; all of them with COUNTERPROOF_FULL=1`);
    }
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", v8Flags(testBackend), new URL("./long_training.ts", import.meta.url).pathname]
        .concat([testBackend, `${steps}`, how]),
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const { losses: [first, last], found: [warm, end] } = JSON.parse(new TextDecoder().decode(stdout)) as LongTraining;
    assert(last < first, `the loss went from ${first} to ${last}`);
    assertEquals(end.tensors, warm.tensors);
    assertEquals(end.backendHeap, warm.backendHeap);
    assert(end.heap - warm.heap < 1e6, `V8's heap grew from ${warm.heap} to ${end.heap} bytes`);
    // V8 goes on to compile, and keeps pages in each thread; one activation lost at each of the steps is 36 MB and more
    assert(end.resident - warm.resident < 32e6, `memory grew from ${warm.resident} to ${end.resident} bytes`);
  });
}
