/**
 * Our side of bench/load.ts: one loading of a file a line on stdin, its milliseconds and number of values on stdout.
 *
 *     deno run -A bench/load_ours.ts FILE BACKEND
 */
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { loadTensor } from "../lib/engine/layout.ts";
import { openTensors } from "../lib/engine/tensor_file.ts";
import { disposeTree, sizeOf, type Tree } from "../lib/engine/tree.ts";
import { takeTurns } from "./turns.ts";

const [path, backend] = Deno.args;
await useBackend(backend as BackendName);
await takeTurns(load, (tensors) => {
  const values = sizeOf(tensors);
  disposeTree(tensors);
  return values;
});
closeBackend();

function load(): Tree {
  using file = openTensors(path);
  return Object.fromEntries([...file.tensors].map(([name, stored]) => [name, loadTensor(name, stored)]));
}
