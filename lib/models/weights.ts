/** Pretrained weights in memory: what of a file goes where. */
import { loadInto } from "../engine/layout.ts";
import { clone, scalar } from "../engine/ops.ts";
import type { StoredFile, StoredTensors } from "../engine/stored.ts";
import { openTensors } from "../engine/tensor_file.ts";
import { disposeTree, entries, fill, type Tree } from "../engine/tree.ts";
import { named } from "./namings.ts";
import type { Network } from "./network.ts";
import { weightsFile } from "./weights_file.ts";
import { weightsOf } from "./weights_table.ts";

export { hashWeights, weightsFile } from "./weights_file.ts";
export {
  elsewhere,
  imagenetView,
  misfit,
  openaiView,
  plainView,
  type View,
  type Weights,
  weightsOf,
  weightsTable,
} from "./weights_table.ts";

/**
 * A network like `template` with the weights of a published set, read tensor by tensor.
 *
 * @param template is consumed; where it has "text", CLIP's text tower is read as well
 * @returns tensors that the caller owns
 * @throws {Deno.errors.NotFound} as {@linkcode weightsFile}
 * @throws {TypeError} when the file does not fit the template, as {@linkcode loadInto}
 */
export async function loadWeights(name: string, folder: string | null, template: Network): Promise<Network> {
  try {
    const { leaves, naming } = weightsOf(name);
    using file = opened(name, await weightsFile(name, folder));
    const text = Object.hasOwn(template.params, "text");
    const kept = [...file.tensors].filter(([key]) => !leaves.some((start) => key.startsWith(start)));
    return loadNetwork(template, named(new Map(kept), { naming, text }), { consume: true });
  } finally {
    disposeTree([template.params, template.buffers]);
  }
}

function opened(name: string, path: string): StoredFile {
  try {
    return openTensors(path);
  } catch (cause) {
    throw new Error(
      `Cannot load weights "${name}": "${path}" is not readable (${(cause as Error).message}); delete it and get it ` +
        `again with: deno task weights get ${name}`,
      { cause },
    );
  }
}

/**
 * A network like `template` from tensors under its names: parameters and buffers side by side, as PyTorch has them.
 * What counts batches may be missing, as in files from before PyTorch 0.4.1; it starts at the template's.
 *
 * @param options as {@linkcode loadInto}
 * @returns tensors that the caller owns
 * @throws {TypeError} as {@linkcode loadInto}
 */
export function loadNetwork<P extends Tree, B extends Tree>(
  template: Network<P, B>,
  stored: StoredTensors,
  options: { readonly consume?: boolean } = {},
): Network<P, B> {
  const all = [...entries(template.params), ...entries(template.buffers)];
  const isCount = (name: string) => name.endsWith(".num_batches_tracked");
  const leaves = Object.fromEntries(all.filter(([name]) => !isCount(name)));
  const floating = new Map([...stored].filter(([name]) => !isCount(name)));
  const loaded = new Map(Object.entries(loadInto(leaves, floating, options)));
  for (const [name, tensor] of all.filter(([name]) => isCount(name))) {
    const count = stored.get(name)?.data[0];
    loaded.set(name, count === undefined ? clone(tensor) : scalar(Number(count)));
  }
  return { params: fill(template.params, loaded), buffers: fill(template.buffers, loaded) };
}
