import { tensor } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { loadState, saveState, type TrainState, weightsOf } from "../../lib/train/checkpoint.ts";
import type { Weights } from "../../lib/train/weights.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testTensors } from "../tensors.ts";

/** A state of two numbers instead of a model. */
function stateOn(backend: string, values: number[]): TrainState {
  const weights = {
    params: { x: tensor(values) },
    buffers: { x: tensor([5]) },
    state: { m: tensor([0]) },
    ema: { params: { x: tensor([6]) }, buffers: {} },
  } as unknown as Weights;
  return { ...weights, step: 3, seconds: 1, steps: [], history: [], best: null, backend, data: { pocket: "0123" } };
}

function free(state: TrainState): void {
  disposeTree(weightsOf(state));
}

testTensors("a state is read back on the backend that it was trained on", async () => {
  await inFolder(async (folder) => {
    const saved = stateOn("wasm", [1, 2]);
    await saveState(folder, saved);
    const loaded = await loadState(folder, { ...stateOn("wasm", [0, 0]), step: 0 });
    assertEquals([loaded.step, loaded.backend], [3, "wasm"]);
    assertEquals([...(loaded.params as unknown as { x: ReturnType<typeof tensor> }).x.dataSync()], [1, 2]);
    free(saved);
    free(loaded);
  });
});

testTensors("a state trained on another backend or on other data is refused, with what to do", async () => {
  await inFolder(async (folder) => {
    const saved = stateOn("wasm", [1, 2]);
    await saveState(folder, saved);
    const error = await assertRejects(() => loadState(folder, stateOn("tensorflow", [0, 0])), Error, folder);
    assert(error.message.includes('trained on the backend "wasm", this is "tensorflow"; name "wasm" to go on'));
    const elsewhere = { ...stateOn("wasm", [0, 0]), data: { pocket: "4567" } };
    await assertRejects(() => loadState(folder, elsewhere), Error, "it was trained on other data (pocket)");
    free(saved);
  });
});

testTensors("a state from before backends were written down is read on any", async () => {
  await inFolder(async (folder) => {
    const saved = { ...stateOn("", [1, 2]), backend: undefined as unknown as string };
    await saveState(folder, saved);
    const loaded = await loadState(folder, stateOn("wasm", [0, 0]));
    assertEquals([loaded.step, loaded.backend], [3, "wasm"]);
    free(saved);
    free(loaded);
  });
});
