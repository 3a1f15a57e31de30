import { join } from "node:path";
import { type Tensor, tensor } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { loadBest, loadState, saveBest, saveState } from "../../lib/train/checkpoint.ts";
import { sealed, unsealed } from "../../lib/runs/whole.ts";
import { firstState, type TrainState, weightsOf } from "../../lib/train/state.ts";
import type { Weights } from "../../lib/train/weights.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testTensors } from "../tensors.ts";

/** A state of two numbers instead of a model. */
function stateOf(values: number[], step = 0): TrainState {
  const weights = {
    params: { x: tensor(values) },
    buffers: { x: tensor([5]) },
    state: { m: tensor([0]) },
    ema: { params: { x: tensor([6]) }, buffers: {} },
  } as unknown as Weights;
  return { ...firstState(weights), step };
}

function withoutMean(state: TrainState): TrainState {
  disposeTree(state.ema);
  return { ...state, ema: { params: {}, buffers: {} } };
}

const where = { backend: "wasm", data: "d1" };
const position = { epoch: 1, batch: 0, order: "0f" };

/** Keeps a state and frees it. */
async function keep(folder: string, values: number[], step: number, best: TrainState["best"] = null): Promise<string> {
  const state = { ...stateOf(values, step), best };
  try {
    return await saveState(folder, state, { ...where, position: { ...position, batch: step }, events: 10 * step });
  } finally {
    free(state);
  }
}

function free(state: TrainState): void {
  disposeTree(weightsOf(state));
}

function valuesOf(state: TrainState): number[] {
  return [...(state.params as unknown as { x: Tensor }).x.dataSync()];
}

const namesIn = async (folder: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(join(folder, "checkpoints")))).map(({ name }) => name).sort();

/** Changes one bit in the middle of a file. */
async function flipBit(file: string): Promise<void> {
  const bytes = await Deno.readFile(file);
  bytes[Math.floor(bytes.length / 2)] ^= 4;
  await Deno.writeFile(file, bytes);
}

testTensors("a state comes back as it was kept, with all that is not tensors", async () => {
  await inFolder(async (folder) => {
    const loss = { total: NaN };
    const kept = { ...stateOf([1, 2], 3), skipped: [{ step: 2, epoch: 1, loss, ids: ["a"] }], seconds: 0.1 + 0.2 };
    assertEquals(await saveState(folder, kept, { ...where, position, events: 77 }), "checkpoints/step-3.safetensors");
    const found = await loadState(folder, stateOf([0, 0]), where);
    assertEquals([found.events, found.position, found.damaged], [77, position, []]);
    assertEquals(valuesOf(found.state), [1, 2]);
    const { params: _p, buffers: _b, state: _s, ema: _e, ...progress } = found.state;
    const { params: _p2, buffers: _b2, state: _s2, ema: _e2, ...expected } = kept;
    assertEquals(progress, expected);
    free(kept);
    free(found.state);
  });
});

testTensors("a run without states begins with the one it is given", async () => {
  await inFolder(async (folder) => {
    const { state, position, events } = await loadState(folder, stateOf([7, 8]), where);
    assertEquals([valuesOf(state), position, events], [[7, 8], null, 0]);
    free(state);
  });
});

testTensors("the two newest states are kept, and the best networks that they name", async () => {
  await inFolder(async (folder) => {
    let best: TrainState["best"] = null;
    for (const step of [1, 2, 3, 4]) {
      const state = stateOf([step, step], step);
      if (step !== 4) best = await saveBest(folder, state, { epoch: 1, step });
      free(state);
      await keep(folder, [step, step], step, best);
    }
    assertEquals(await namesIn(folder), [
      ...["best-3.safetensors", "step-3.json", "step-3.safetensors", "step-4.json", "step-4.safetensors"],
    ]);
  });
});

for (const file of ["step-2.json", "step-2.safetensors", "best-1.safetensors"]) {
  for (
    const [how, harm] of [["cut short", (path: string) => Deno.truncate(path, 40)], [
      "with a bit flipped",
      flipBit,
    ]] as const
  ) {
    testTensors(`of a state whose ${file} is ${how}, the one before is taken, and it is said`, async () => {
      await inFolder(async (folder) => {
        await keep(folder, [1, 1], 1);
        const state = stateOf([2, 2], 2);
        await keep(folder, [2, 2], 2, await saveBest(folder, state, { epoch: 1, step: 1 }));
        free(state);
        await harm(join(folder, "checkpoints", file));
        const found = await loadState(folder, stateOf([0, 0]), where);
        assertEquals([valuesOf(found.state), found.state.step, found.events], [[1, 1], 1, 10]);
        assertEquals(found.damaged.length, 1);
        assert(
          /^The checkpoint ".*" is damaged: (its SHA-256 is|it has 40 bytes|it is not JSON)/.test(found.damaged[0]),
          found.damaged[0],
        );
        assert(found.damaged[0].includes(file), found.damaged[0]);
        free(found.state);
      });
    });
  }
}

testTensors("a best network that is damaged is made again from the state of its step", async () => {
  await inFolder(async (folder) => {
    const state = withoutMean(stateOf([2, 2], 2));
    const best = await saveBest(folder, state, { epoch: 1, step: 2 });
    await saveState(folder, { ...state, best }, { ...where, position, events: 0 });
    const file = join(folder, best.checkpoint);
    const whole = await Deno.readFile(file);
    await flipBit(file);
    const found = await loadState(folder, withoutMean(stateOf([0, 0])), where);
    assertEquals([found.state.step, found.damaged.length], [2, 1]);
    assert(found.damaged[0].endsWith("It is made again from the state of its step"), found.damaged[0]);
    assertEquals(await Deno.readFile(file), whole);
    free(state);
    free(found.state);
  });
});

testTensors("a run whose states are all damaged is refused, with each of them and what to do", async () => {
  await inFolder(async (folder) => {
    await keep(folder, [1, 1], 1);
    await keep(folder, [2, 2], 2);
    for (const step of [1, 2]) await flipBit(join(folder, "checkpoints", `step-${step}.safetensors`));
    const error = await assertRejects(
      () => loadState(folder, stateOf([0, 0]), where),
      Error,
      "none of its 2 checkpoints",
    );
    assert(["step-1", "step-2", "--fresh"].every((part) => error.message.includes(part)), error.message);
    assertEquals((await namesIn(folder)).length, 4);
  });
});

testTensors("what a killed process was writing is no state, and is cleared away", async () => {
  await inFolder(async (folder) => {
    await keep(folder, [1, 1], 1);
    await Deno.writeTextFile(join(folder, "checkpoints", "step-2.safetensors"), "whole, but its JSON is not there");
    await Deno.writeTextFile(join(folder, "checkpoints", "step-2.json.77-1.tmp"), "{");
    const found = await loadState(folder, stateOf([0, 0]), where);
    assertEquals([found.state.step, found.damaged], [1, []]);
    free(found.state);
    await keep(folder, [3, 3], 3);
    assertEquals(await namesIn(folder), ["step-1.json", "step-1.safetensors", "step-3.json", "step-3.safetensors"]);
  });
});

testTensors("a state of another backend, of other data or of a newer version is refused, with what to do", async () => {
  await inFolder(async (folder) => {
    await keep(folder, [1, 2], 1);
    const refused = async (given: typeof where, part: string): Promise<void> => {
      await assertRejects(() => loadState(folder, stateOf([0, 0]), given), Error, part);
    };
    await refused(
      { ...where, backend: "tensorflow" },
      'trained on the backend "wasm", this is "tensorflow"; name "wasm"',
    );
    await refused({ ...where, data: "d2" }, "it was trained on other data");
    const file = join(folder, "checkpoints", "step-1.json");
    await Deno.writeTextFile(file, sealed({ ...unsealed(await Deno.readTextFile(file)) as object, format: 2 }));
    await refused(where, "it has format 2, expected 1 or older");
  });
});

testTensors("a state that is not finite is not kept, and the one before it stays", async () => {
  await inFolder(async (folder) => {
    await keep(folder, [1, 1], 1);
    await assertRejects(() => keep(folder, [1, Infinity], 2), RangeError, 'after step 2 the tensor "params.x" holds');
    assertEquals(await namesIn(folder), ["step-1.json", "step-1.safetensors"]);
  });
});

testTensors("a folder that cannot be written is told with the state that is kept", async () => {
  await inFolder(async (folder) => {
    await keep(folder, [1, 1], 1);
    await Deno.mkdir(join(folder, "checkpoints", "step-2.safetensors")); // a folder where the file belongs
    const error = await assertRejects(() => keep(folder, [2, 2], 2), Error, "Cannot keep the checkpoint of step 2");
    assert(error.message.includes("that of step 1 is kept. Make room"), error.message);
    assertEquals((await namesIn(folder)).filter((name) => name.endsWith(".tmp")), []);
  });
});

testTensors("the best network is read back, and another file in its place refused", async () => {
  await inFolder(async (folder) => {
    const state = stateOf([1, 2], 2);
    const best = await saveBest(folder, state, { epoch: 1, step: 2 });
    assertEquals([best.epoch, best.step, best.checkpoint], [1, 2, "checkpoints/best-2.safetensors"]);
    await flipBit(join(folder, best.checkpoint));
    await assertRejects(() => loadBest(folder, best, state), RangeError, "its SHA-256 is");
    free(state);
  });
});
