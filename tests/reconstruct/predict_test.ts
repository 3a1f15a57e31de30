import { denoise } from "../../lib/reconstruct/denoise.ts";
import { samplerOf } from "../../lib/reconstruct/noise/mod.ts";
import { guided, predictor } from "../../lib/reconstruct/predict.ts";
import type { Prompt } from "../../lib/reconstruct/prompt.ts";
import { random } from "../../lib/random.ts";
import { distance } from "../golden_kinds/cases.ts";
import { assert, assertEquals } from "../assert.ts";
import { fakePipeline } from "./fake_pipeline.ts";
import { openTiny } from "./tiny_pipelines.ts";
import { encodePrompt } from "../../lib/reconstruct/prompt.ts";

const prompt = (text: string): Prompt => ({
  text,
  states: { data: new Float32Array(2), shape: [1, 2, 1] },
  pooled: null,
});

Deno.test("guidance that changes nothing is not computed, and what is computed instead is the same", async () => {
  await using pipeline = await openTiny("tiny-sd");
  const shape = [2, 4, 8, 8];
  const empty = await encodePrompt(pipeline, "");
  const telling = { prompt: empty, unconditional: empty, guidance: 7.5 };
  const around = { shape, beside: null };
  const noise = random(3, "latents").normals(2 * 4 * 64);
  const sampler = samplerOf(pipeline.info.scheduler, { steps: 6 });
  const whole = await denoise(noise, { sampler, predict: guided(pipeline, around, telling) });
  const half = await denoise(noise, { sampler, predict: predictor(pipeline, around, telling) });
  assert(distance({ got: half, want: whole }) < 1e-6);
});

Deno.test("prompts of the same numbers are asked about once, others twice, and without guidance once", async () => {
  const says = 4 * 64;
  const ask = async (telling: { prompt: Prompt; unconditional: Prompt; guidance: number }) => {
    const { pipeline, asked } = fakePipeline();
    await predictor(pipeline, { shape: [1, 4, 8, 8], beside: null }, telling)(new Float32Array(says), 1);
    return asked.map(({ told }) => told);
  };
  const other = { ...prompt("a photo"), states: { data: Float32Array.of(0, 1), shape: [1, 2, 1] } };
  assertEquals(await ask({ prompt: prompt("a"), unconditional: prompt(""), guidance: 7.5 }), ["a"]);
  assertEquals(await ask({ prompt: other, unconditional: prompt(""), guidance: 7.5 }), ["", "a photo"]);
  assertEquals(await ask({ prompt: other, unconditional: prompt(""), guidance: 1 }), ["a photo"]);
  const pooled = { data: Float32Array.of(1), shape: [1, 1] };
  assertEquals(await ask({ prompt: { ...prompt("p"), pooled }, unconditional: prompt(""), guidance: 2 }), ["", "p"]);
});

Deno.test("guidance goes beyond what the prompt says, by its factor", async () => {
  const { pipeline } = fakePipeline({}, ({ told, latents }) => latents.data.map(() => told === "" ? 1 : 3));
  const telling = { prompt: prompt("a photo"), unconditional: prompt(""), guidance: 7.5 };
  const predict = guided(pipeline, { shape: [1, 4, 1, 1], beside: null }, telling);
  assertEquals(Array.from(await predict(new Float32Array(4), 1)), [16, 16, 16, 16]); // 1 + 7.5 · (3 − 1)
});

Deno.test("what stands beside the latents comes behind their channels, for each of a batch its own", async () => {
  const { pipeline, asked } = fakePipeline();
  const beside = { data: Float32Array.of(10, 11, 20, 21), shape: [2, 2, 1, 1] };
  const telling = { prompt: prompt(""), unconditional: prompt(""), guidance: 1 };
  const predict = predictor(pipeline, { shape: [2, 4, 1, 1], beside }, telling);
  await predict(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 1);
  await predict(Float32Array.of(8, 7, 6, 5, 4, 3, 2, 1), 0);
  assertEquals(asked.map(({ latents: { data } }) => Array.from(data)), [
    [1, 2, 3, 4, 10, 11, 5, 6, 7, 8, 20, 21],
    [8, 7, 6, 5, 10, 11, 4, 3, 2, 1, 20, 21],
  ]);
});
