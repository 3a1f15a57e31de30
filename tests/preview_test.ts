import { join } from "node:path";
import { alignedForensics } from "../experiments/augmentations.ts";
import { trainingBatch } from "../lib/data/batches.ts";
import { gatherSamples } from "../lib/data/pairs.ts";
import { previewRows } from "../lib/data/preview.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { derive } from "../lib/experiment.ts";
import { decodeImage } from "../lib/image/decode.ts";
import { preview } from "../lib/preview.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { counterproof } from "./cli/command_line.ts";
import { inFolder } from "./runs/example.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder, { count: 12 });
const experiment = derive(tinyDual(), { augment: alignedForensics().augment, batch: { synced: true } });
const folders = { data: folder, artifacts: join(folder, "none") };

Deno.test.afterAll(async () => await Deno.remove(folder, { recursive: true }));

Deno.test("previewRows() shows the very draws that training makes of a pair, of its reconstruction too", async () => {
  const { train } = await gatherSamples(experiment, folders);
  const rows = await previewRows(experiment, train, { samples: 4, draws: 2 });
  assertEquals(rows.map(({ original: { sample } }) => sample.label), ["real", "fake", "real", "fake"]);
  await useBackend("cpu");
  try {
    const { view, seed, augment, batch: { size, synced } } = experiment;
    const drawing = { seed, size, accumulate: 1, synced, balanced: false, augment };
    const pairs = rows.map(({ original, reconstruction }) => ({
      sample: original.sample,
      reconstruction: reconstruction!.sample,
      turn: 0,
    }));
    for (const epoch of [1, 2]) {
      using made = await trainingBatch({ real: [pairs[0], pairs[2]], fake: [pairs[1], pairs[3]] }, {
        plan: { standIn: (pair) => pair },
        drawing,
        sight: { view, mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
        epoch,
      });
      const pixels = Uint8Array.from(await made.images.data(), Math.round);
      const one = pixels.length / 8;
      const originals = [0, 2, 1, 3].map((i) => rows[i]);
      for (const [i, { original, reconstruction }] of originals.entries()) {
        assertEquals(original.drawn[epoch - 1].data, pixels.subarray(i * one, (i + 1) * one));
        assertEquals(reconstruction!.drawn[epoch - 1].data, pixels.subarray((i + 4) * one, (i + 5) * one));
      }
    }
  } finally {
    closeBackend();
  }
});

Deno.test("preview() makes a page that loads nothing, the same pictures as a PNG, and shows itself in a notebook", async () => {
  const made = await preview(experiment, { ...folders, samples: 3, draws: 4 });
  assertEquals(made.rows.length, 3);
  assert(made.rows.every(({ id, reconstruction }) => id !== "" && reconstruction !== null));
  assertEquals(made.html.match(/<img /g)?.length, 3 * (2 + 2 * 4));
  assert(!/(src|href)="(?!data:)/.test(made.html));
  const { width, height } = await decodeImage(made.png);
  assertEquals([width, height], [6 * 20 + 4, 6 * 20 + 4]); // six columns, six lines, of 16 pixels and a gap of four
  const bundle = (made as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]();
  assert(bundle["text/html"].includes("<table") && !bundle["text/html"].includes("<body"));
  assertEquals(bundle["text/plain"], "Contact sheet of 3 samples");
  assertEquals(Object.keys(made), ["rows", "html", "png"]);
});

Deno.test("preview() shows samples without reconstructions, and refuses none at all", async () => {
  const bare = derive(experiment, {
    reconstruct: null,
    augment: [],
    batch: { synced: false },
    loss: { reconstruction: undefined },
  });
  const { rows, html } = await preview(bare, { ...folders, samples: 2, draws: 1 });
  assertEquals(rows.map(({ reconstruction }) => reconstruction), [null, null]);
  assert(html.includes("In training: nothing"));
  await assertRejects(() => preview(bare, { ...folders, samples: 0 }), RangeError, "Cannot preview 0 samples");
});

Deno.test("data preview writes what it says, and refuses other names and several experiments", () =>
  inFolder(async (folder) => {
    const file = join(folder, "tiny.json");
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    const ask = (...args: string[]) =>
      counterproof(["data", "preview", file, "--data", folders.data, "--samples", "2", ...args]);
    const out = join(folder, "deep", "sheet.png");
    const { code, out: told, err } = await ask("--draws", "1", "--out", out, "--json");
    assertEquals([code, err.split("\n")[0]], [0, `2 samples can be seen in "${out}"`]);
    assertEquals(JSON.parse(told).rows.length, 2);
    assertEquals((await decodeImage(out)).width, 3 * 20 + 4);
    const other = await ask("--out", join(folder, "sheet.jpg"));
    assertEquals(other.code, 2);
    assert(other.err.includes("expected a name that ends in .html or .png"), other.err);
    await Deno.writeTextFile(file, JSON.stringify([experiment, derive(experiment, { seed: 2 })]));
    const several = await ask();
    assert(several.code === 2 && several.err.includes("it defines 2 experiments, expected one"), several.err);
  }));
