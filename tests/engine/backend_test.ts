import { isSupported } from "../../lib/engine/tensorflow/installed.ts";
import { assert, assertEquals } from "../assert.ts";
import { runModule } from "./child.ts";

const backend = new URL("../../lib/engine/backend.ts", import.meta.url).href;
const ops = new URL("../../lib/engine/ops.ts", import.meta.url).href;

const why = (isSupported() ? "tensorflow is not built on this machine" : "tensorflow needs Linux on x86-64") +
  " and no graphics card ";

/** What stands behind the words that a backend's reason begins with; empty where the backend is another. */
function told(line: string, words: string): string {
  const { name, threads, why } = JSON.parse(line);
  return name === "wasm" && threads === 2 && why.startsWith(words) ? why.slice(words.length) : "";
}

/** What a program that imports the backend prints; it must end by itself. */
async function printed(program: string): Promise<string[]> {
  const source = `import { closeBackend, useBackend } from "${backend}"; import { sum, tensor } from "${ops}";
    const tried = async (f) => { try { return JSON.stringify(await f()); } catch (e) { return e.name + ": " + e.message; } };
    ${program}`;
  return new TextDecoder().decode(await runModule(source)).trimEnd().split("\n");
}

Deno.test("useBackend() chooses wasm where nothing is built and no card answers, once even when asked twice at a time, and not again after closeBackend()", async () => {
  const lines = await printed(`
    Deno.env.set("XDG_CACHE_HOME", "/nowhere");
    Deno.env.set("DENO_WEBGPU_BACKEND", "nothing");
    const both = [useBackend("auto", { threads: 2 }), useBackend("wasm")];
    console.log(await tried(() => both[0]));
    console.log(await tried(() => both[1]));
    console.log(sum(tensor([1, 2, 3])).dataSync()[0]);
    console.log(await tried(() => useBackend("cpu")));
    console.log(await tried(() => useBackend("wasm", { threads: 3 })));
    closeBackend();
    console.log(await tried(() => useBackend("wasm")));
  `);
  const [first, second, ...rest] = lines;
  for (const line of [first, second]) {
    // a machine may have no card, or one that does not answer
    assert(/^(is found|answers to \w+( \w+)*)$/.test(told(line, why)), line);
  }
  assertEquals(rest, [
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
    console.log(await tried(() => useBackend("webgl")));
    console.log(await tried(() => useBackend("wasm", { threads: 0 })));
    console.log(await tried(() => useBackend("cpu", { threads: 2 })));
    console.log(await tried(() => useBackend("cpu")));
    closeBackend();
  `);
  assertEquals(lines, [
    'RangeError: Cannot use backend "webgl": expected "tensorflow", "webgpu", "wasm", "cpu" or "auto"',
    'RangeError: Cannot use backend "wasm" with 0 threads: expected a whole number from 1 to 64',
    'RangeError: Cannot use backend "cpu" with 2 threads: expected a whole number from 1 to 1',
    '{"name":"cpu","threads":1,"why":"asked for"}',
  ]);
});
