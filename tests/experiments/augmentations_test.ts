import { alignedForensics, drct, lare2 } from "../../experiments/augmentations.ts";
import { dual } from "../../experiments/dual_loss.ts";
import { derive } from "../../mod.ts";
import { augmentImage, viewImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assertEquals } from "../assert.ts";

const lists = {
  drct: drct({ size: 32 }),
  "drct, whole": drct({ size: 32, whole: true }),
  alignedForensics: alignedForensics({ size: 32 }),
  lare2: lare2({ size: 32 }),
  "lare2, weak": lare2({ size: 32, strong: false }),
};

function noise(width: number, height: number): Image {
  const draw = random(1, "noise");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
}

for (const [name, { augment, view }] of Object.entries(lists)) {
  Deno.test(`${name} makes its square of any image, and of two alike under one stream`, async () => {
    for (const [width, height] of [[48, 40], [20, 50], [32, 32]]) {
      for (let seed = 0; seed < 6; seed++) {
        const seen = async (): Promise<Image> => {
          const draw = random(seed, "augment", "id");
          return viewImage(await augmentImage(noise(width, height), augment, draw), view, draw);
        };
        const [sample, reconstruction] = [await seen(), await seen()];
        assertEquals([sample.width, sample.height], [32, 32]);
        assertEquals(sample, reconstruction);
      }
    }
  });
}

Deno.test("a definition takes the lists, and knows them again from JSON", () => {
  for (const { augment, view } of [drct(), drct({ whole: true }), alignedForensics({ size: 224 }), lare2()]) {
    const made = derive(dual(), { augment, view });
    assertEquals(derive(dual(), JSON.parse(JSON.stringify({ augment, view }))), made);
  }
});

Deno.test("a synced pair of unlike sizes keeps to one draw behind whatever came before", async () => {
  const { augment } = lists.drct;
  for (let seed = 0; seed < 10; seed++) {
    const rest = [];
    for (const side of [40, 64]) {
      const draw = random(seed);
      await augmentImage(noise(side, side), augment, draw);
      rest.push(draw.uniform());
    }
    assertEquals(rest[0], rest[1]);
  }
});
