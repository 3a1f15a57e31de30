import { disposeTree } from "../../lib/engine/tree.ts";
import { fitAnalysis, fitCodes } from "../../lib/pocket/autoencoder.ts";
import { drawPartners, makeFakes, type Networks } from "../../lib/pocket/fakes.ts";
import {
  type CourseName,
  courses,
  type DecoderCourse,
  type DenoiserCourse,
  generators,
  reconstruction,
} from "../../lib/pocket/generators.ts";
import { initDecoder, initDenoiser, seededWeights } from "../../lib/pocket/networks.ts";
import { psnr } from "../../lib/pocket/psnr.ts";
import type { Trained } from "../../lib/pocket/train.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const pictures = Array.from({ length: 18 }, (_, i) => {
  const draw = random(i, "picture");
  const [u, v] = [draw.uniform(), draw.uniform()];
  const data = Uint8Array.from(
    { length: 16 * 16 * 3 },
    (_, k) => 128 + 70 * Math.sin(k * u / 20 + i) + 40 * Math.cos(k * v / 90),
  );
  return { data, width: 16, height: 16 };
});

/** Networks before their first step: a decoder that adds makes the linear picture, a denoiser guesses no noise. */
function withUntrained(use: (networks: Networks) => Promise<void>): () => Promise<void> {
  return async () => {
    const networks: Record<string, Trained> = {};
    for (const [name, course] of Object.entries(courses) as [CourseName, DecoderCourse | DenoiserCourse][]) {
      const weights = seededWeights(1, name);
      if (course.kind === "denoiser") {
        const shape = { channels: course.latent ?? 3, beside: course.enlarges === null ? 0 : 3, widths: [8, 8] };
        networks[name] = { fixed: [], network: initDenoiser(shape, weights) };
        continue;
      }
      const { block, latent, codes, doubling, widths } = course;
      const fixed = fitAnalysis(pictures, { latent, block });
      networks[name] = {
        fixed: codes === null ? fixed : fitCodes(pictures, { fixed, codes, random: random(1, "codes") }),
        network: initDecoder({ latent, widths: widths.map(() => 8), doubling }, weights),
      };
    }
    await use(networks as Networks);
    for (const { fixed, network } of Object.values(networks)) disposeTree([fixed, network]);
  };
}

testTensors(
  "makeFakes() makes one fake a picture, the same for the same seed and other ones for other names",
  withUntrained(async (networks) => {
    for (const [id, { fakes: recipe }] of Object.entries(generators)) {
      const make = (name: string) =>
        makeFakes(recipe, pictures, { networks, seed: 1, names: [name], partners: [...pictures].reverse() });
      const made = await make("a");
      assertEquals(made.map(({ width, height }) => [width, height]), pictures.map(() => [16, 16]));
      assertEquals(await make("a"), made);
      // an untrained decoder that makes the whole picture makes nothing of the noise; a mix adds none
      const adds = recipe.kind === "latent" && (courses[recipe.decoder] as DecoderCourse).skip;
      if (adds || recipe.kind === "pixel") assert(psnr(await make("b"), made) < 100, id);
    }
  }),
);

testTensors(
  "a reconstruction is nearer to its original than a fake",
  withUntrained(async (networks) => {
    const given = { networks, seed: 1, names: ["a"], partners: [] };
    const near = psnr(await makeFakes(reconstruction, pictures, given), pictures);
    const far = psnr(await makeFakes(generators["latent-nearest"].fakes, pictures, given), pictures);
    assert(near > far + 3, `${near} and ${far} dB`);
  }),
);

Deno.test("drawPartners() never pairs patches of one photograph, and refuses when there is only one", () => {
  const sources = ["a", "a", "a", "a", "b", "a", "c"];
  const partners = drawPartners(sources, random(1, "partners"));
  assertEquals(partners.length, 7);
  for (const [i, partner] of partners.entries()) assert(sources[partner] !== sources[i]);
  assertThrows(() => drawPartners(["a", "a"], random(1, "partners")), RangeError, "two photographs");
});
