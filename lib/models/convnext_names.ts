import { derived, type Stored, type StoredTensors } from "../engine/stored.ts";

/**
 * A ConvNeXt as timm stores it, under the shapes that it has in memory: timm makes the MLPs of atto, femto, pico and
 * nano of 1 × 1 convolutions, weights [O, I, 1, 1], which are linear layers. Other tensors stay as they are.
 */
export function fromTimm(stored: StoredTensors): Map<string, Stored> {
  return new Map([...stored].map(([name, tensor]) => {
    const [outputs, inputs, ...sides] = tensor.shape;
    const isLinear = /\.mlp\.fc[12]\.weight$/.test(name) && sides.join() === "1,1";
    const { dtype, copyTo } = tensor;
    return [name, isLinear ? derived({ dtype, shape: [outputs, inputs], copyTo }, () => tensor.data) : tensor];
  }));
}
