import { isSupported } from "../../lib/engine/tensorflow/installed.ts";
import { assertEquals } from "../assert.ts";
import { runModule } from "./child.ts";

const backend = new URL("../../lib/engine/backend.ts", import.meta.url).href;
const ops = new URL("../../lib/engine/ops.ts", import.meta.url).href;

const why = isSupported() ? "tensorflow is not built on this machine" : "tensorflow needs Linux on x86-64";

/** What a program that imports the backend prints; it must end by itself. */
async function printed(program: string): Promise<string[]> {
  const source = `import { closeBackend, useBackend } from "${backend}"; import { sum, tensor } from "${ops}";
    const tried = async (f) => { try { return JSON.stringify(await f()); } catch (e) { return e.name + ": " + e.message; } };
    ${program}`;
  return new TextDecoder().decode(await runModule(source)).trimEnd().split("\n");
}

Deno.test("useBackend() chooses wasm where nothing is built, once even when asked twice at a time, and not again after closeBackend()", async () => {
  const lines = await printed(`
    Deno.env.set("XDG_CACHE_HOME", "/nowhere");
    const both = [useBackend("auto", { threads: 2 }), useBackend("wasm")];
    console.log(await tried(() => both[0]));
    console.log(await tried(() => both[1]));
    console.log(sum(tensor([1, 2, 3])).dataSync()[0]);
    console.log(await tried(() => useBackend("cpu")));
    console.log(await tried(() => useBackend("wasm", { threads: 3 })));
    closeBackend();
    console.log(await tried(() => useBackend("wasm")));
  `);
  assertEquals(lines, [
    `{"name":"wasm","threads":2,"why":"${why}"}`,
    `{"name":"wasm","threads":2,"why":"${why}"}`,
    "6",
    'Error: Cannot use backend "cpu" with 2 threads: "wasm" with 2 is in use, and tensors cannot move. ' +
    "Choose once per process, before the first tensor",
    'Error: Cannot use backend "wasm" with 3 threads: "wasm" with 2 is in use, and tensors cannot move. ' +
    "Choose once per process, before the first tensor",
    'Error: Cannot use backend "wasm": the backend of this process was closed, start another process',
  ]);
});

Deno.test("a process with threads ends by itself, closed backend or not", async () => {
  const lines = await printed(`
    console.log((await useBackend("wasm", { threads: 3 })).threads);
    console.log(sum(tensor(new Float32Array(1e6).fill(1))).dataSync()[0]);
  `);
  assertEquals(lines, ["3", "1000000"]);
});

Deno.test("useBackend() says what this version has when asked for another backend", async () => {
  const lines = await printed(`
    console.log(await tried(() => useBackend("webgpu")));
    console.log(await tried(() => useBackend("wasm", { threads: 0 })));
    console.log(await tried(() => useBackend("cpu", { threads: 2 })));
    console.log(await tried(() => useBackend("cpu")));
    closeBackend();
  `);
  assertEquals(lines, [
    'RangeError: Cannot use backend "webgpu": this version has "tensorflow", "wasm", "cpu", and "auto"; ' +
    '"webgpu" is not part of it',
    'RangeError: Cannot use backend "wasm" with 0 threads: expected a whole number from 1 to 64',
    'RangeError: Cannot use backend "cpu" with 2 threads: expected a whole number from 1 to 1',
    '{"name":"cpu","threads":1,"why":"asked for"}',
  ]);
});
