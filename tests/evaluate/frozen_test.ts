import { square } from "../../lib/augment/mod.ts";
import { openReaders } from "../../lib/data/readers.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { openFrozen } from "../../lib/evaluate/frozen.ts";
import { derive } from "../../lib/experiment.ts";
import { readSamples } from "../../lib/layouts/mod.ts";
import { initModel, modelView } from "../../lib/models/model.ts";
import { random } from "../../lib/random.ts";
import { assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";

const recipe = derive(tinyDual(), { view: square({ size: 16 }), augment: [], batch: { synced: false } });

testTensors(
  "a pass of a frozen backbone that has room takes images along, and all are on the disk once none are left",
  async () => {
    await inFolder(async (folder) => {
      await writeTinyWorld(folder);
      const samples = await Array.fromAsync(readSamples(recipe.data.train[0], { data: folder, split: "train" }));
      const network = await initModel(recipe.model, (name) => random(1, name));
      using readers = openReaders(0);
      const sight = { view: recipe.view, ...modelView(recipe.model) };
      const made = async (artifacts: string, ahead: typeof samples): Promise<[Float32Array, passes: number]> => {
        const options = {
          artifacts: `${folder}/${artifacts}`,
          sight,
          readers,
          weights: null,
          backend: testBackend,
          ahead,
        };
        await using frozen = await openFrozen(recipe, options);
        let passes = 0;
        const looking = () => (passes++, network);
        const rows = new Float32Array(samples.length * frozen.width);
        for (const [i, sample] of samples.entries()) await frozen.fill(rows, [sample], { network: looking, at: [i] });
        return [rows, passes];
      };
      const [alone, each] = await made("alone", []);
      const [together, once] = await made("together", samples);
      assertEquals([each, once], [samples.length, 1]); // 24 images fit into one pass of 32
      assertEquals(together, alone);
      const looked = samples.slice(0, 1);
      const options = {
        artifacts: `${folder}/killed`,
        sight,
        readers,
        weights: null,
        backend: testBackend,
        ahead: samples,
      };
      const killed = await openFrozen(recipe, options);
      await killed.fill(new Float32Array(killed.width), looked, { network: () => network });
      const [{ name }] = await Array.fromAsync(Deno.readDir(`${folder}/killed`));
      assertEquals((await Array.fromAsync(Deno.readDir(`${folder}/killed/${name}`))).length, 1);
      await killed[Symbol.asyncDispose]();
      disposeTree([network.params, network.buffers]);
    });
  },
);
