import { join } from "node:path";
import { openCaptions } from "../../lib/data/captions.ts";
import { exp, scalar, tensor, type Tensor2D, type Tensor4D, zeros } from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { initClip } from "../../lib/models/clip.ts";
import { clip } from "../../lib/models/mod.ts";
import { backboneFeatures, initModel, type Model } from "../../lib/models/model.ts";
import { linear } from "../../lib/models/mod.ts";
import { pocketClip, type PocketClipCard, pocketClipFile } from "../../lib/models/pocket_clip.ts";
import { loadWeights } from "../../lib/models/weights.ts";
import {
  clipCourse,
  clipLoss,
  initClipState,
  type Pair,
  pocketTowers,
  stepClip,
} from "../../lib/pocket/clip_course.ts";
import { type Retrieval, retrieval } from "../../lib/pocket/clip_retrieval.ts";
import { gather, patchesOfSplit, settings } from "../../lib/pocket/gather.ts";
import { shippedWorld } from "../../lib/layouts/pocket.ts";
import { random } from "../../lib/random.ts";
import { clipTokenizer } from "../../lib/tokenizer/mod.ts";
import { assert, assertClose, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { take, testTensors } from "../tensors.ts";

const weights = pocketClip.name;
const streams = (name: string) => random(1, name);

testTensors("clipLoss() is that of two pairs on paper, and the same with pictures and captions changed", () => {
  const rows = (values: number[]) => tensor(values, [2, 2]) as Tensor2D;
  const image = rows([1, 0, 0, 1]), text = rows([1, 0, 0.6, 0.8]), scale = scalar(Math.log(2));
  // logits 2 · [[1, 0.6], [0, 0.8]]: both ways −log of e^own over the sum
  const own = (a: number, b: number) => Math.log(1 + Math.exp(b - a));
  const want = (own(2, 1.2) + own(1.6, 0) + own(2, 0) + own(1.6, 1.2)) / 4;
  assertClose(take(clipLoss({ image, text }, scale)), [want], 1e-6);
  assertClose(take(clipLoss({ image: text, text: image }, scale)), [want], 1e-6);
  disposeTree([image, text, scale]);
});

testTensors("steps are repeatable, move every weight, and hold the temperature", async () => {
  const tokenizer = await clipTokenizer({ folder: pocketClip.folder });
  const pairs = [1, 2, 3, 4].map((seed): Pair => {
    const draw = random(seed, "photograph");
    const data = Uint8Array.from({ length: 70 * 66 * 3 }, () => draw.integer(256));
    return { image: { data, width: 70, height: 66 }, caption: `a photograph of the number ${seed}` };
  });
  const course = { ...clipCourse, steps: 40, batch: 3 };
  const losses = (): number[] => {
    const first = initClipState(course);
    const before = new Map(entries(first.params).map(([name, leaf]) => [name, leaf.dataSync().slice()]));
    let state = first;
    const found = [1, 2].map((step) => {
      const advance = stepClip(course, state, { pairs, tokenizer, step });
      state = advance.state;
      return advance.loss;
    });
    const still = entries(state.params).filter(([name, leaf]) => {
      const old = before.get(name)!;
      return leaf.dataSync().every((value, i) => value === old[i]);
    });
    // a step at rate 0 at first, then all; keys' biases change no attention
    assertEquals(still.map(([name]) => name).filter((name) => !name.endsWith("k_proj.bias")), []);
    disposeTree(state);
    return found;
  };
  const [one, other] = [losses(), losses()];
  assertEquals(one, other);
  assertClose(one[0], Math.log(3), 1.5);
  const state = initClipState(course);
  const scale = exp(state.params.logit_scale);
  assertClose(take(scale), [1 / 0.07], 1e-4);
  disposeTree(state);
});

testTensors("the shipped CLIP is a backbone like the published ones, with an inner map and captions", async () => {
  const model: Model = { backbone: clip({ variant: "pocket", weights, towers: ["image", "text"] }), head: linear() };
  const read = (await openCaptions(model, null))!;
  const tokens = read([{ id: "a", caption: "a photograph of a giraffe" }, { id: "b", caption: "żółw" }]);
  assertEquals(tokens.shape, [2, 32]);
  const network = await initModel(model, streams);
  const images = zeros([2, 64, 64, 3]) as Tensor4D;
  const features = backboneFeatures(model, network, { images, tokens });
  assertEquals(features.shape, [2, 128]);
  const rows = take(features);
  assertEquals(rows.slice(0, 64), rows.slice(128, 192)); // one picture twice
  assert(rows[64] !== rows[192], "two captions have the same features");
  disposeTree([tokens, images, network.params, network.buffers]);
  const alone: Model = { ...model, backbone: clip({ variant: "pocket", weights }) };
  const image = await initModel(alone, streams);
  assertEquals(entries(image.params.backbone).some(([name]) => name.startsWith("text.")), false);
  disposeTree([image.params, image.buffers]);
  assertThrows(() => clip({ variant: "RN50", weights }), RangeError, 'for variant "RN50", expected variant "pocket"');
});

testTensors("the shipped weights find captions as often as their card says", async () => {
  const card: PocketClipCard = JSON.parse(await Deno.readTextFile(join(pocketClip.folder, "clip.json")));
  assertEquals(card.course, { ...clipCourse });
  const network = await loadWeights(weights, null, initClip(pocketTowers, null));
  const gathered = await gather(`${shippedWorld}/photographs`, settings);
  const captions = new Map(gathered.map(({ photograph: { name, caption } }) => [name, caption]));
  const pictures = (["real", "source"] as const).flatMap((half) =>
    patchesOfSplit(gathered, { split: "validation", half, size: 64 })
      .map(({ image, photograph }) => ({ image, caption: captions.get(photograph)! }))
  );
  const found = retrieval(network as never, pictures, await clipTokenizer({ folder: pocketClip.folder }));
  const { validation } = card.measured.retrieval as { readonly validation: Retrieval };
  assertEquals([found.captions, found.pictures], [validation.captions, validation.pictures]);
  // two patches of 238 may change places on another engine
  assertClose(found.captionOfPicture, validation.captionOfPicture, 0.02);
  assertClose(found.amongFive, validation.amongFive, 0.02);
  disposeTree([network.params, network.buffers]);
});

Deno.test("a file of weights that is not the card's, or missing, is refused with what to do", () =>
  inFolder(async (folder) => {
    await assertRejects(() => pocketClipFile(folder), Deno.errors.NotFound, "of the shipped CLIP. Restore it");
    await Deno.copyFile(join(pocketClip.folder, "clip.json"), join(folder, "clip.json"));
    await Deno.writeTextFile(join(folder, "clip.safetensors"), "cut off");
    await assertRejects(() => pocketClipFile(folder), TypeError, "make it anew with: deno task pocket:clip");
  }));
