import { dirname } from "node:path";
import { systems } from "../../experiments/systems.ts";
import { fetchDefaults, fetchReals } from "../../lib/data/fetch_reals.ts";
import { derive } from "../../lib/experiment.ts";
import { captionsOf } from "../../lib/models/model.ts";
import { clipVocabulary } from "../../lib/models/weights_table.ts";
import { planOf } from "../../lib/plan/plan.ts";
import { pipelinesOf, writePipeline } from "../../lib/rehearse/pipelines.ts";
import { fetches, foldersIn, servePhotographs, writeSets } from "../../lib/rehearse/prepare.ts";
import { IMAGES, MORE } from "../../lib/rehearse/rehearse.ts";
import { shrunk } from "../../lib/rehearse/shrink.ts";
import { writeVocabulary } from "../../lib/rehearse/vocabulary.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

for (const [name, { recipe: make }] of Object.entries(systems)) {
  Deno.test(`the recipe of ${name} lacks nothing where its data, weights and pipelines are made up`, async () => {
    await inFolder(async (folder) => {
      const recipe = make();
      const at = foldersIn(folder);
      await using photographs = servePhotographs();
      for (let more = 0, small = null; small === null; more++) {
        assert(more <= MORE, "no number of images gives a batch and two classes to validate");
        const images = { real: IMAGES + Math.floor(more / 2), fake: IMAGES + Math.ceil(more / 2) };
        await writeSets(recipe, at, { images, photographs });
        if (fetches(recipe)) {
          for (const split of ["train", "test"] as const) await fetchReals({ data: at.data, split }, fetchDefaults);
        }
        small = await shrunk(recipe, at.data);
        if (small === null) continue;
        const { epochs, batch: { size, accumulate }, reconstruct } = recipe;
        const steps = reconstruct !== null && "steps" in reconstruct
          ? { reconstruct: { steps: reconstruct.steps } }
          : {};
        assertEquals(derive(small.experiment, { epochs, batch: { size, accumulate }, ...steps }), recipe);

        const file = `${at.weights}/${recipe.model.backbone.weights}.safetensors`;
        await Deno.mkdir(dirname(file), { recursive: true });
        await Deno.writeFile(file, new Uint8Array()); // a plan does not open it
        if (captionsOf(recipe.model) !== null) await writeVocabulary(`${at.weights}/${clipVocabulary.repo}`);
        for (const pipeline of pipelinesOf(recipe)) await writePipeline(pipeline, at.pipelines);
        const plan = await planOf(small.experiment, { ...at, artifacts: `${folder}/artifacts`, steps: 0 });
        assertEquals([plan.missing, plan.stepsPerEpoch, plan.steps], [[], 2, 4]);
        const tested = plan.samples.filter(({ split }) => split === "test");
        assert(tested.length > 0 && tested.every(({ fake, real, set }) => set === null ? real > 0 : fake > 0));
      }
    });
  });
}
