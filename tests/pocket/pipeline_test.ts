import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { shippedPipeline } from "../../lib/reconstruct/shipped.ts";
import {
  add,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  transpose,
} from "../../lib/engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../../lib/engine/tree.ts";
import { clipTextHidden, clipTexts, initClipText } from "../../lib/models/clip_text.ts";
import { fitAnalysis, toLatents, toPixels } from "../../lib/pocket/autoencoder.ts";
import { toTensor } from "../../lib/pocket/crops.ts";
import { initDecoder, seededWeights } from "../../lib/pocket/networks.ts";
import {
  guessNoise,
  initPipelineState,
  type PipelineCourse,
  pipelineCourse,
  stepPipeline,
} from "../../lib/pocket/pipeline_course.ts";
import { pipelineFiles, type PipelineNetworks } from "../../lib/pocket/pipeline_files.ts";
import type { PipelineCard } from "../../lib/pocket/pipeline_train.ts";
import { random } from "../../lib/random.ts";
import { openPipeline, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testTensors } from "../tensors.ts";

const text = clipTexts.pocket;
const photographs = [1, 2, 3].map((seed) => {
  const draw = random(seed, "photograph");
  const data = Uint8Array.from(
    { length: 40 * 40 * 3 },
    (_, i) => 90 + 80 * Math.sin(i % 120 / (10 + seed)) + 40 * Math.cos(i / (3000 * seed)) + 4 * draw.normal(),
  );
  return { data, width: 40, height: 40 };
});

const course: PipelineCourse = {
  seed: 1,
  decoder: { ...pipelineCourse.decoder, block: 4, widths: [16, 12, 8] }, // two doublings, where the shipped one has one
  denoiser: { ...pipelineCourse.denoiser, widths: [16, 24], steps: 40, batch: 3, crop: 32 },
};

/** Weights that are all in use: what begins as zero is not. */
function shaken<T extends Tree>(tree: T): T {
  const shaken = mapTree(tree, (leaf, path) => {
    const noise = random(1, "shaken", path).normals(leaf.size).map((value) => 0.1 * value);
    const added = tensor(noise, leaf.shape);
    const sum = add(leaf, added);
    added.dispose();
    return sum;
  });
  disposeTree(tree);
  return shaken;
}

function networks(): PipelineNetworks {
  const { decoder: { latent, block, widths, doubling } } = course;
  const { params, adam } = initPipelineState(course, { width: text.width });
  disposeTree(adam);
  return {
    autoencoder: {
      ...fitAnalysis(photographs, { latent, block }),
      decoder: shaken(initDecoder({ latent, widths, doubling }, seededWeights(1, "decoder"))),
    },
    denoiser: shaken(params),
    text: { params: shaken(initClipText(text, (name) => random(1, name)).params), buffers: {} },
  };
}

/** [B, H, W, C] as a pipeline has it, [B, C, H, W]. */
function channelsFirst(x: Tensor4D): Values {
  const turned = transpose(x, [0, 3, 1, 2]);
  const values = { data: turned.dataSync<"float32">().slice(), shape: turned.shape };
  turned.dispose();
  return values;
}

testTensors("exported networks say what the house's own say, to 1e-4", () =>
  inFolder(async (folder) => {
    const own = networks();
    for (const [name, content] of Object.entries(await pipelineFiles(own, course))) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    const info = await readPipeline(folder);
    const { family, latentChannels, latentScale, latentMultiple, contextLength, sampleSize, scalingFactor } = info;
    assertEquals([family, latentChannels, latentScale, latentMultiple, contextLength], ["sd1", 4, 4, 2, text.context]);
    assertEquals([sampleSize, scalingFactor, info.inpainting, info.float16], [64, 1, false, false]);
    await using pipeline = await openPipeline(info, { provider: "cpu", threads: 1 });
    const close = (found: Values, wanted: Tensor, message: string) => {
      const values = wanted.rank === 4 ? channelsFirst(wanted as Tensor4D) : null;
      assertEquals([...found.shape], [...(values?.shape ?? wanted.shape)], message);
      assertClose(found.data, values?.data ?? wanted.dataSync(), 1e-4, message);
    };
    const x = toTensor(photographs), z = toLatents(own.autoencoder.analysis, x);
    const { mean, logvar } = await pipeline.encode(channelsFirst(x));
    close(mean, z, "mean");
    assertClose(logvar.data, logvar.data.map(() => 2 * Math.log(course.decoder.noise)), 1e-6);
    const pixels = tidy(() => toPixels(own.autoencoder, z, true));
    close(await pipeline.decode(mean), pixels, "pixels");
    const ids = Int32Array.from({ length: text.context }, (_, i) => (i * 37) % text.vocabulary);
    const tokens = tensor(ids, [1, text.context], "int32") as Tensor2D;
    const hidden = clipTextHidden(text, own.text, tokens);
    const { last_hidden_state: states } = await pipeline.text(ids, 1);
    close(states, hidden, "text");
    const two = tensor(random(1, "latents").normals(2 * 12 * 8 * 4), [2, 12, 8, 4]) as Tensor4D; // other sides as well
    const both = tensor(Float32Array.from([...states.data, ...states.data]), [2, text.context, text.width]) as Tensor3D;
    const noise = guessNoise(own.denoiser, two, { steps: [321, 321], states: both });
    const prompt = { states, pooled: null, text: "" };
    const said = await pipeline.predict({ latents: channelsFirst(two), timestep: 321, prompt });
    close(said, noise, "noise");
    const silent = { ...prompt, states: { ...states, data: states.data.map((value) => -value) } };
    const other = await pipeline.predict({ latents: channelsFirst(two), timestep: 321, prompt: silent });
    assert(said.data.some((value, i) => Math.abs(value - other.data[i]) > 1e-3), "the text makes no difference");
    disposeTree([x, z, pixels, tokens, hidden, two, both, noise]);
    disposeTree([own.autoencoder, own.denoiser, own.text.params]);
  }));

testTensors("steps of the denoiser are repeatable, move every weight and keep no tensor", () => {
  const { analysis, synthesis } = fitAnalysis(photographs, { latent: 4, block: 4 });
  const states = (name: string) => random(1, name).normals(text.context * text.width);
  const material = {
    analysis,
    photographs: photographs.map((image, i) => ({ image, texts: [states(`${i}`)] })),
    nothing: states("nothing"),
    width: text.width,
  };
  const errors = (): number[] => {
    const first = initPipelineState(course, material);
    const before = new Map(entries(first.params).map(([name, leaf]) => [name, leaf.dataSync().slice()]));
    let state = first;
    const found = [1, 2, 3].map((step) => {
      const advance = stepPipeline(course, state, { ...material, step });
      state = advance.state;
      return advance.error;
    });
    const still = entries(state.params).filter(([name, leaf]) =>
      leaf.dataSync().every((value, i) => value === before.get(name)![i])
    );
    // keys' biases change no attention
    assertEquals(still.map(([name]) => name).filter((name) => name !== "text.k_proj.bias"), []);
    disposeTree(state);
    return found;
  };
  const [one, other] = [errors(), errors()];
  assertEquals(one, other);
  assertClose(one[0], 1, 0.2); // it begins by guessing nothing of noise of variance 1
  disposeTree([analysis, synthesis]);
});

Deno.test("the shipped pipeline has the files that its card names", async () => {
  const folder = shippedPipeline("pocket")!;
  const card: PipelineCard = JSON.parse(await Deno.readTextFile(join(folder, "card.json")));
  assertEquals(card.course, JSON.parse(JSON.stringify(pipelineCourse)));
  let bytes = 0;
  for (const [name, sha256] of Object.entries(card.files)) {
    const content = await Deno.readFile(join(folder, name));
    assertEquals(createHash("sha256").update(content).digest("hex"), sha256, name);
    bytes += content.length;
  }
  assert(bytes < 4e6, `${bytes} bytes`);
  const info = await readPipeline(folder);
  assertEquals([info.name, info.latentScale, info.latentChannels, info.sampleSize], ["pocket", 2, 4, 64]);
  assertEquals(shippedPipeline("sd15"), null);
});
