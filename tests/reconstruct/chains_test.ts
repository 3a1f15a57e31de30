/** Chains over the tiny pipelines: what does not depend on the golden set's numbers. */
import { ddim, inpainting, methods, residual, vae } from "../../lib/reconstruct/mod.ts";
import { invertAndBack } from "../../lib/reconstruct/ddim.ts";
import { drawBatch } from "../../lib/reconstruct/draws.ts";
import { img2img, noiseAndBack } from "../../lib/reconstruct/img2img.ts";
import { inpaint } from "../../lib/reconstruct/inpainting.ts";
import type { Method } from "../../lib/reconstruct/method.ts";
import type { Part } from "../../lib/definition/part.ts";
import type { Pipeline } from "../../lib/reconstruct/pipeline.ts";
import { tellingOf } from "../../lib/reconstruct/predict.ts";
import { valuesOfImages } from "../../lib/reconstruct/prepare.ts";
import { roundTrip } from "../../lib/reconstruct/vae.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { distance } from "../golden_kinds/cases.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { noisyImage } from "./fake_pipeline.ts";
import { openTiny } from "./tiny_pipelines.ts";

const named = ["a", "b", "c"].map((id, i) => ({ id, image: noisyImage(i, { width: 48, height: 32 }) }));
const length = 4 * 6 * 4;

/** Chains that an image must come through alike, alone and among others. */
const chains: Readonly<Record<string, (pipeline: Pipeline, images: typeof named) => Promise<Values>>> = {
  async inpaint(pipeline, images) {
    const draw = (purpose: "latents" | "posterior") => drawBatch(1, images, { purpose, length });
    const noise = { latents: draw("latents"), masked: draw("posterior"), begun: null };
    const telling = await tellingOf(pipeline, { prompt: "", guidance: 7.5 });
    const plan = { noise, steps: 4, scheduler: null, telling };
    return (await inpaint(pipeline, valuesOf(images), plan)).images;
  },
  roundTrip: async (pipeline, images) =>
    await roundTrip(pipeline, valuesOf(images), drawBatch(1, images, { purpose: "posterior", length })),
  async invertAndBack(pipeline, images) {
    const telling = await tellingOf(pipeline, { prompt: "", guidance: 1 });
    return (await invertAndBack(pipeline, valuesOf(images), { steps: 4, telling })).images;
  },
  async noiseAndBack(pipeline, images) {
    const draw = (purpose: "latents" | "posterior") => drawBatch(1, images, { purpose, length });
    const noise = { latents: draw("latents"), posterior: draw("posterior") };
    const telling = await tellingOf(pipeline, { prompt: "a photo", guidance: 3 });
    const plan = { noise, steps: 8, strength: 0.5, scheduler: "ddim", telling } as const;
    return (await noiseAndBack(pipeline, valuesOf(images), plan)).images;
  },
};

function valuesOf(images: typeof named): Values {
  return valuesOfImages(images.map(({ image }) => image));
}

Deno.test("an image comes out of every chain the same, whoever stands beside it", async (t) => {
  await using plain = await openTiny("tiny-sd");
  await using inpaints = await openTiny("tiny-sd-inpaint");
  for (const [name, chain] of Object.entries(chains)) {
    await t.step(name, async () => {
      const pipeline = name === "inpaint" ? inpaints : plain;
      const [a, b, c] = named;
      const together = await chain(pipeline, [c, a, b]);
      const alone = await chain(pipeline, [a]);
      const size = alone.data.length;
      const got = together.data.subarray(size, 2 * size);
      assert(distance({ got, want: alone.data }) < 1e-5, `off by ${distance({ got, want: alone.data })}`);
    });
  }
});

const specs: readonly Part[] = [
  inpainting({ model: "sd1", steps: 3 }),
  vae({ model: "sd15" }),
  ddim({ model: "sd15", steps: 3 }),
  img2img({ model: "sd15", steps: 4, strength: 0.5, scheduler: "dpmSolver" }),
  residual({ of: ddim({ model: "sd15", steps: 3 }) }),
];

Deno.test("every method gives images of the size that it was given, and the same again", async (t) => {
  await using plain = await openTiny("tiny-sd");
  await using inpaints = await openTiny("tiny-sd-inpaint");
  const images = ["a", "b"].map((id, i) => ({ id, image: noisyImage(i, { width: 21, height: 13 }) }));
  for (const spec of specs) {
    await t.step(spec.kind, async () => {
      const pipeline = spec.kind === "inpainting" ? inpaints : plain;
      const { reconstruct } = methods[spec.kind as keyof typeof methods] as unknown as Method<Part>;
      const made = await reconstruct(spec, images, pipeline);
      assertEquals(made.map(({ width, height, data }) => [width, height, data.length]), [
        [21, 13, 819],
        [21, 13, 819],
      ]);
      assertEquals(await reconstruct(spec, images, pipeline), made);
      assert(made[0].data.some((level, i) => level !== made[1].data[i]));
    });
  }
});

Deno.test("noise is the image's own: another id or another seed gives another image, the mean needs none", async () => {
  await using pipeline = await openTiny("tiny-sd");
  const image = noisyImage(1, { width: 32, height: 32 });
  const make = async (id: string, seed: number, posterior: "mean" | "sample") =>
    (await methods.vae.reconstruct(vae({ model: "sd15", seed, posterior }), [{ id, image }], pipeline))[0].data;
  const first = await make("a", 1, "sample");
  const differs = (other: Uint8Array) => first.some((level, i) => level !== other[i]);
  assert(differs(await make("b", 1, "sample")) && differs(await make("a", 2, "sample")));
  assertEquals(await make("a", 1, "mean"), await make("b", 2, "mean"));
});

Deno.test("a residual is the difference to the reconstruction, without its sign", async () => {
  await using pipeline = await openTiny("tiny-sd");
  const of = vae({ model: "sd15", of: "real" });
  const [made] = await methods.vae.reconstruct(of, named.slice(0, 1), pipeline);
  const [rest] = await methods.residual.reconstruct(residual({ of }), named.slice(0, 1), pipeline);
  assertEquals(rest.data, named[0].image.data.map((level, i) => Math.abs(level - made.data[i])));
});

Deno.test("a pipeline of the other sort is refused, with what would be right", async () => {
  await using plain = await openTiny("tiny-sd");
  await assertRejects(
    () => methods.inpainting.reconstruct(inpainting({ model: "sd1" }), named, plain),
    TypeError,
    'Cannot carry out inpainting() with the pipeline "tiny-sd": it is for plain generation, with 4 channels, ' +
      'expected one for inpainting, with 9 channels, as "sd1"',
  );
});
