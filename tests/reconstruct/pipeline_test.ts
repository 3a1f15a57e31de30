import { join } from "node:path";
import { type OpenedNetwork, openPipeline, type PipelineInfo, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { onnxBytes, type OnnxModel } from "../../lib/onnx/model.ts";

const golden = new URL("../golden/pipelines/", import.meta.url).pathname;
const cpu = { provider: "cpu", threads: 1 } as const;

function waves(...shape: number[]): Values {
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)), shape };
}

/** A copy of the tiny pipeline, to be damaged. */
function withCopy(use: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (parent) => {
    const folder = join(parent, "copy");
    await copy(join(golden, "tiny-sd"), folder);
    await use(folder);
  });
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copy : Deno.copyFile)(join(from, name), join(to, name));
  }
}

async function setJson(folder: string, file: string, change: Record<string, unknown>): Promise<void> {
  const path = join(folder, file);
  const before = JSON.parse(await Deno.readTextFile(path).catch(() => "{}"));
  await Deno.writeTextFile(path, JSON.stringify({ ...before, ...change }));
}

async function setNetwork(folder: string, name: string, toy: OnnxModel): Promise<void> {
  await Deno.writeFile(join(folder, name, "model.onnx"), onnxBytes(toy));
}

Deno.test("readPipeline() tells what the tiny pipelines are", async () => {
  const plain = await readPipeline(join(golden, "tiny-sd"));
  const inpainting = await readPipeline(join(golden, "tiny-sd-inpaint"));
  const seen = ({ name, family, inpainting, scalingFactor, shiftFactor, latentChannels, latentScale }: PipelineInfo) => //
  [name, family, inpainting, scalingFactor, shiftFactor, latentChannels, latentScale];
  assertEquals(seen(plain), ["tiny-sd", "sd1", false, 0.18215, null, 4, 8]);
  assertEquals(seen(inpainting), ["tiny-sd-inpaint", "sd1", true, 0.18215, null, 4, 8]);
  assertEquals([plain.float16, plain.contextLength, plain.zerosForEmpty, plain.sampleSize], [false, 77, false, null]);
  assert(plain.identity !== inpainting.identity, "two pipelines have one identity");
});

Deno.test("a pipeline encodes, decodes, reads texts and predicts, and loads what it is asked for alone", async () => {
  const opened: OpenedNetwork[] = [];
  const info = await readPipeline(join(golden, "tiny-sd"));
  await using pipeline = await openPipeline(info, { ...cpu, opened: (network) => opened.push(network) });
  const { mean, logvar } = await pipeline.encode(waves(2, 3, 16, 24));
  assertEquals([mean.shape, logvar.shape], [[2, 4, 2, 3], [2, 4, 2, 3]]);
  assertEquals(opened.map(({ name, provider, why }) => [name, provider, why]), [["vae_encoder", "cpu", "asked for"]]);
  const alone = await pipeline.encode({ data: waves(2, 3, 16, 24).data.subarray(3 * 16 * 24), shape: [1, 3, 16, 24] });
  assertEquals([...alone.mean.data, ...alone.logvar.data], [...mean.data.subarray(24), ...logvar.data.subarray(24)]);
  assertEquals((await pipeline.decode(mean)).shape, [2, 3, 16, 24]);
  const { last_hidden_state: states } = await pipeline.text(new Int32Array(77).fill(49407), 1);
  assertEquals(states.shape, [1, 77, 8]);
  const prompt = { states, pooled: null };
  const both = await pipeline.predict({ latents: waves(2, 4, 8, 8), timestep: 500, prompt });
  const one = await pipeline.predict({
    latents: { data: waves(2, 4, 8, 8).data.subarray(256), shape: [1, 4, 8, 8] },
    timestep: 500,
    prompt,
  });
  assert(
    one.data.every((value, i) => Math.abs(value - both.data[256 + i]) < 1e-5),
    "an image depends on its neighbour",
  );
  assertEquals(opened.map(({ name }) => name), ["vae_encoder", "vae_decoder", "text_encoder", "unet"]);
});

Deno.test("a closed pipeline, and networks that it was not read for, are refused", async () => {
  const info = await readPipeline(join(golden, "tiny-sd"), ["vae_encoder"]);
  const pipeline = await openPipeline(info, cpu);
  await assertRejects(() => pipeline.decode(waves(1, 4, 2, 2)), TypeError, "it was read for vae_encoder");
  await assertRejects(() => pipeline.encode(waves(1, 3, 12, 16)), RangeError, "16 × 12 pixels");
  await pipeline[Symbol.asyncDispose]();
  await assertRejects(() => pipeline.encode(waves(1, 3, 16, 16)), Error, "it was closed");
});

Deno.test("an encoder that gives latents alone has next to no variance", () =>
  withCopy(async (folder) => {
    const side = (name: string) => ({ name, type: "float32", shape: ["batch", 3, "height", "width"] }) as const;
    const nodes = [{ op: "Neg", inputs: ["sample"], outputs: ["latent_sample"] }];
    await setNetwork(folder, "vae_encoder", { inputs: [side("sample")], outputs: [side("latent_sample")], nodes });
    const info = await readPipeline(folder, ["vae_encoder"]);
    assertEquals(info.latentChannels, 3);
    await using pipeline = await openPipeline(info, cpu);
    const images = waves(1, 3, 8, 8);
    const { mean, logvar } = await pipeline.encode(images);
    assertEquals([mean.data[5], logvar.data[5]], [-images.data[5], -30]);
  }));

Deno.test("SDXL's UNet is told the pooled prompt and the sizes, for every image", () =>
  withCopy(async (folder) => {
    const sample = { name: "sample", type: "float32", shape: ["batch", 4, "h", "w"] } as const;
    await setNetwork(folder, "unet", {
      inputs: [
        sample,
        { name: "timestep", type: "float32", shape: [] },
        { name: "encoder_hidden_states", type: "float32", shape: ["batch", "tokens", 2] },
        { name: "text_embeds", type: "float32", shape: ["batch", 6] },
        { name: "time_ids", type: "float32", shape: ["batch", 6] },
      ],
      outputs: [{ name: "out_sample", type: "float32", shape: ["batch", 6] }],
      nodes: [
        { op: "Add", inputs: ["text_embeds", "time_ids"], outputs: ["both"] },
        { op: "Add", inputs: ["both", "timestep"], outputs: ["out_sample"] },
      ],
    });
    const info = await readPipeline(folder, ["unet"]);
    assertEquals([info.family, info.zerosForEmpty], ["sdxl", true]);
    await using pipeline = await openPipeline(info, cpu);
    const states = waves(1, 77, 2);
    const pooled = { data: new Float32Array([1, 2, 3, 4, 5, 6]), shape: [1, 6] };
    const ask = { latents: waves(2, 4, 3, 5), timestep: 0.5 };
    const { data } = await pipeline.predict({ ...ask, prompt: { states, pooled } });
    const one = [25.5, 42.5, 3.5, 4.5, 29.5, 46.5]; // 24 and 40 pixels, no cut, 24 and 40 again
    assertEquals([...data], [...one, ...one]);
    await assertRejects(() => pipeline.predict({ ...ask, prompt: { states, pooled: null } }), TypeError, '"pooled"');
  }));

Deno.test("one error lists all that is missing or wrong, with what to do", () =>
  withCopy(async (folder) => {
    await Deno.remove(join(folder, "unet"), { recursive: true });
    await Deno.remove(join(folder, "scheduler"), { recursive: true });
    await Deno.remove(join(folder, "tokenizer/merges.txt"));
    await Deno.writeTextFile(join(folder, "vae_encoder/model.onnx"), "version https://git-lfs.github.com/spec/v1\n");
    await Deno.mkdir(join(folder, "vae"));
    await setNetwork(folder, "vae_decoder", {
      inputs: [{ name: "latent_sample", type: "float32", shape: ["n", 4, "h", "w"] }],
      outputs: [{ name: "image", type: "float32", shape: ["n", 4, "h", "w"] }],
      nodes: [{ op: "Mul", inputs: ["latent_sample", "w"], outputs: ["image"] }],
      weights: [{ name: "w", shape: [2], data: new Float32Array(2), location: "model.onnx_data" }],
    });
    await Deno.writeTextFile(join(folder, "vae_decoder/config.json"), "{}");
    const { message } = await assertRejects(() => readPipeline(folder), Deno.errors.NotFound);
    for (
      const part of [
        "6 things are missing or wrong",
        "unet/model.onnx: missing",
        "vae_encoder/model.onnx: at byte",
        "perhaps a pointer of Git LFS: git lfs pull brings the file",
        "vae_decoder/model.onnx_data: missing, expected 8 bytes of weights; copy it with model.onnx",
        "vae_decoder/model.onnx: gives image float32 [n, 4, h, w], expected sample",
        "tokenizer: has no tokenizer.json",
        "scheduler/scheduler_config.json: missing",
        "optimum-cli export onnx --model CHECKPOINT FOLDER",
      ]
    ) assert(message.includes(part), `${message}\nlacks: ${part}`);
  }));

Deno.test("what is asked for alone has to be there", () =>
  withCopy(async (folder) => {
    for (const part of ["unet", "scheduler", "tokenizer", "text_encoder"]) {
      await Deno.remove(join(folder, part), { recursive: true });
    }
    const info = await readPipeline(folder, ["vae_encoder", "vae_decoder"]);
    assertEquals([...info.networks.keys()], ["vae_encoder", "vae_decoder"]);
    await assertRejects(
      async () => (await readPipeline(folder, ["vae_decoder"])).scheduler,
      TypeError,
      "without its UNet",
    );
    await setJson(folder, "vae_decoder/config.json", { scaling_factor: null });
    await assertRejects(() => readPipeline(folder, ["vae_decoder"]), Deno.errors.NotFound, 'says no "scaling_factor"');
    await assertRejects(() => readPipeline(join(folder, "none")), Deno.errors.NotFound, "there is no such folder");
  }));

Deno.test("pipelines that no method can use are refused by their name, and encoders that draw by what they do", () =>
  withCopy(async (folder) => {
    const refused = (part: string) => assertRejects(() => readPipeline(folder), Deno.errors.NotFound, part);
    await setJson(folder, "model_index.json", { _class_name: "StableDiffusion3Pipeline" });
    await refused("StableDiffusion3Pipeline has a transformer in place of a UNet");
    await setJson(folder, "model_index.json", { _class_name: "LatentConsistencyModelPipeline" });
    await refused("LatentConsistencyModelPipeline is sampled as no method here does");
    await setJson(folder, "model_index.json", { _class_name: "StableDiffusionPipeline" });
    const side = (name: string) => ({ name, type: "float32", shape: ["n", 3, "h", "w"] }) as const;
    const nodes = [{ op: "RandomNormalLike", inputs: ["sample"], outputs: ["latent_sample"] }];
    await setNetwork(folder, "vae_encoder", { inputs: [side("sample")], outputs: [side("latent_sample")], nodes });
    await refused("vae_encoder/model.onnx: draws random numbers by itself");
    await setJson(folder, "scheduler/scheduler_config.json", { _class_name: "LCMScheduler" });
    await refused('given the class "LCMScheduler"');
  }));

Deno.test("families are told by the pipeline's class, its UNet or its tokenizer", () =>
  withCopy(async (folder) => {
    const family = async (...wants: ("unet" | "vae_decoder")[]) => (await readPipeline(folder, wants)).family;
    await setJson(folder, "unet/config.json", { use_linear_projection: true });
    assertEquals(await family("unet"), "sd2");
    await setJson(folder, "model_index.json", { _class_name: "StableDiffusionXLInpaintPipeline" });
    assertEquals(await family("vae_decoder"), "sdxl");
    await setJson(folder, "model_index.json", { _class_name: "StableDiffusionPipeline" });
    await Deno.writeTextFile(join(folder, "tokenizer/vocab.txt"), "[PAD]\n");
    assertEquals(await family("vae_decoder"), "ldm");
  }));

Deno.test("an identity follows the files that were asked for, and not where they lie or who wrote their JSON", () =>
  withCopy(async (folder) => {
    const identity = async (where: string, ...wants: ("unet" | "vae_decoder")[]) =>
      (await readPipeline(where, wants.length === 0 ? undefined : wants)).identity;
    const whole = await identity(folder);
    assertEquals(whole, await identity(join(golden, "tiny-sd")));
    assertEquals(whole, "e3811f97aaa06c1fcda16bc53e76e210d0da719f2e0d16aa29c23ad9a209a9f9", "stored artifacts have it");
    const decoder = await identity(folder, "vae_decoder");
    assert(decoder !== whole, "a part is the whole");
    await setJson(folder, "vae_decoder/config.json", { _diffusers_version: "1.0", _name_or_path: "/home/me" });
    assertEquals(await identity(folder), whole);
    await setJson(folder, "scheduler/scheduler_config.json", { prediction_type: "v_prediction" });
    assert(await identity(folder) !== whole, "the scheduler does not count");
    assertEquals(await identity(folder, "vae_decoder"), decoder);
    const weights = join(folder, "vae_decoder/model.onnx");
    const bytes = await Deno.readFile(weights);
    bytes[bytes.length >> 1] ^= 1;
    await Deno.writeFile(weights, bytes);
    assert(await identity(folder, "vae_decoder") !== decoder, "a weight does not count");
  }));
