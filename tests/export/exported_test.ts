import { join } from "node:path";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { derive } from "../../lib/experiment.ts";
import { mapSides } from "../../lib/export/exported.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { lareList } from "../../lib/layouts/mod.ts";
import { errorGuided, resnet } from "../../lib/models/mod.ts";
import { latentError } from "../../lib/reconstruct/mod.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { writeErrorMap } from "../error_map_files.ts";
import { inFolder } from "../runs/example.ts";
import { testBackend } from "../tensors.ts";
import { tinyDual } from "../tiny_world.ts";

Deno.test.afterAll(closeBackend);

Deno.test("error maps have the size that their part says, or that of the data set's own", async () => {
  await useBackend(testBackend);
  await inFolder(async (data) => {
    const places = { runs: "", weights: null, artifacts: "", data };
    assertEquals(await mapSides({ refine: null }, null, places), null);
    const made = errorGuided({ map: latentError({ model: "tiny", size: 96 }) });
    assertEquals(await mapSides({ refine: made }, null, places), [12, 12]);

    const list: string[] = [], maps: string[] = [];
    for (const label of ["real", "fake"] as const) {
      const name = `${label}.png`;
      const picture = { data: new Uint8Array(8 * 8 * 3), width: 8, height: 8 };
      await Deno.writeFile(join(data, name), await encodeImage(picture, { format: "png" }));
      await writeErrorMap(join(data, `${label}.safetensors`), { id: name, label }, 6);
      list.push(`${name}\t${label === "fake" ? 1 : 0}`);
      maps.push(`${label}.safetensors\t${label === "fake" ? 1 : 0}`);
    }
    await Deno.writeTextFile(join(data, "list.txt"), list.join("\n"));
    await Deno.writeTextFile(join(data, "maps.txt"), maps.join("\n"));
    const shipped = lareList({ lists: ["list.txt"], maps: ["maps.txt"] });
    const definition = derive(tinyDual(), {
      reconstruct: null,
      batch: { synced: false },
      loss: { contrastive: undefined, reconstruction: undefined },
      data: { train: [shipped], test: [shipped] },
      model: {
        backbone: resnet({ depth: 18, downsample: false }),
        refine: errorGuided({ channels: 256, side: 4 }),
      },
    });
    assertEquals(await mapSides(definition.model, definition, places), [6, 6]);
    await assertRejects(
      () => mapSides(definition.model, { ...definition, data: { ...definition.data, test: [] } }, places),
      Deno.errors.NotFound,
      "Give the folder of its data sets with --data DIR",
    );
  });
});
