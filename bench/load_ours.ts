// deno-lint-ignore-file no-console -- one side of a bench speaks on its standard output
/**
 * Our side of bench/load.ts: one loading of a file a line on stdin, its milliseconds and number of values on stdout.
 *
 *     deno run -A bench/load_ours.ts FILE BACKEND
 */
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { loadTensor } from "../lib/engine/layout.ts";
import { openTensors } from "../lib/engine/tensor_file.ts";
import { disposeTree, sizeOf, type Tree } from "../lib/engine/tree.ts";

const [path, backend] = Deno.args;
await useBackend(backend as BackendName);
console.log("ready");
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const _ of text.matchAll(/\n/g)) {
    const start = performance.now();
    const tensors = load();
    console.log(`${(performance.now() - start).toFixed(3)} ${sizeOf(tensors)}`);
    disposeTree(tensors);
  }
}
closeBackend();

function load(): Tree {
  using file = openTensors(path);
  return Object.fromEntries([...file.tensors].map(([name, stored]) => [name, loadTensor(name, stored)]));
}
