import { crop } from "../../lib/augment/crop.ts";
import { strictly } from "../../lib/data/batches.ts";
import { unreadableLedger } from "../../lib/data/unreadable.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { mean, memory, reshape, type Tensor2D, tidy, zeros } from "../../lib/engine/ops.ts";
import type { Looker } from "../../lib/evaluate/looker.ts";
import { predictTiled } from "../../lib/evaluate/tiled.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import type { ModelNetwork } from "../../lib/models/model.ts";
import { openPartialScores } from "../../lib/runs/partial_scores.ts";
import type { Sample, ScoreColumns, Unreadable } from "../../lib/types.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testBackend } from "../tensors.ts";

await useBackend(testBackend);
Deno.test.afterAll(closeBackend);

const sight = { view: crop({ size: 8 }), mean: [0, 0, 0], std: [1, 1, 1] };
const network = {} as ModelNetwork;

/** Says of an image the mean of its values, 0…1, as log-odds. */
function brightness(): Looker & { readonly passes: () => number } {
  let passes = 0;
  return {
    errorMaps: false,
    captions: null,
    passes: () => passes,
    look: (_network, rows) => {
      passes++;
      const count = rows.shape[0];
      const logits = tidy(() => reshape(mean(rows, [1, 2, 3]), [count, 1])) as Tensor2D;
      return { embedding: zeros([count, 1]) as Tensor2D, logits };
    },
    [Symbol.dispose]() {},
  };
}

/** Writes an image whose left half is dark and whose right half is of a brightness of 0…255. */
async function write(folder: string, name: string, bright: number): Promise<Sample> {
  const [width, height] = [48, 24];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) % width < 24 ? 0 : bright);
  const file = `${folder}/${name}.png`;
  await Deno.writeFile(file, await encodeImage({ data, width, height }, { format: "png" }));
  const rest = { source: name, generator: null, set: null, split: "test", caption: null } as const;
  return { id: name, file, label: "fake", ...rest };
}

async function scored(reader: AsyncGenerator<{ readonly done: number }, ScoreColumns>) {
  const told: number[] = [];
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return { told, scores: value };
    told.push(value.done);
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

Deno.test("predictTiled() pools the squares of each image, several images to a pass", () =>
  inFolder(async (folder) => {
    const samples = await Promise.all([0, 51, 102, 153, 204, 255].map((bright) => write(folder, `${bright}`, bright)));
    const before = memory().numTensors;
    for (const pooling of ["mean", "max"] as const) {
      const eye = brightness();
      const { told, scores } = await scored(predictTiled(eye, network, { samples, sight, tiles: { pooling } }));
      assertEquals(told, [1, 2, 3, 4, 5, 6]);
      assertEquals(eye.passes(), 2); // 6 images of 18 squares, 64 to a pass
      for (const [i, bright] of [0, 51, 102, 153, 204, 255].entries()) {
        const lit = sigmoid(bright / 255);
        assertClose(scores.score[i], pooling === "max" ? lit : (lit + 0.5) / 2, 1e-6);
      }
    }
    assertEquals(memory().numTensors, before);
  }));

Deno.test("predictTiled() leaves out what cannot be read, and takes what an earlier pass left", () =>
  inFolder(async (folder) => {
    const samples = await Promise.all(Array.from({ length: 18 }, (_, i) => write(folder, `${i}`, 10 * i)));
    const partial = await openPartialScores(folder, "ab".repeat(32));
    const tiles = { pooling: "max" } as const;
    const first = await scored(predictTiled(brightness(), network, { samples, sight, tiles, partial }));
    const none = brightness();
    const again = await scored(predictTiled(none, network, { samples, sight, tiles, partial }));
    assertEquals([again.scores, none.passes(), again.told], [first.scores, 0, [16, 18]]);
    await Deno.writeTextFile(samples[17].file, "no image");
    const found: Unreadable[] = [];
    const counts = { train: 0, validation: 0, test: 18 };
    const ledger = unreadableLedger(found, { name: "tiles", counts, maxSkipped: 0.5 });
    const rest = await scored(
      predictTiled(brightness(), network, { samples, sight, tiles, reading: { ...strictly, ledger } }),
    );
    assertEquals([rest.scores.score, found.map(({ id }) => id)], [first.scores.score.slice(0, 17), ["17"]]);
  }));
