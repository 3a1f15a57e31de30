import { disposeTree, entries } from "../../lib/engine/tree.ts";
import type { DecoderCourse, DenoiserCourse } from "../../lib/pocket/generators.ts";
import { type Progress, train, type Trained } from "../../lib/pocket/train.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const decoder: DecoderCourse = {
  kind: "decoder",
  latent: 8,
  widths: [8, 8, 8],
  doubling: "nearest",
  skip: false,
  noise: 0.02,
  critic: { weight: 0.01, from: 0.5, rate: 5e-4 },
  steps: 10,
  batch: 2,
  crop: 16,
  rate: 5e-3,
};

const denoiser: DenoiserCourse = {
  kind: "denoiser",
  latent: null,
  widths: [8, 8],
  strongest: 0.4,
  steps: 12,
  batch: 4,
  crop: 16,
  rate: 5e-3,
};

const photographs = [1, 2, 3].map((seed) => {
  const draw = random(seed, "photograph");
  const data = Uint8Array.from(
    { length: 40 * 40 * 3 },
    (_, i) => 90 + 80 * Math.sin(i % 120 / (10 + seed)) + 40 * Math.cos(i / (3000 * seed)) + 4 * draw.normal(),
  );
  return { data, width: 40, height: 40 };
});

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Trains to the end, or to a step at which it is interrupted. */
async function run(
  course: DecoderCourse | DenoiserCourse,
  folder: string,
  { until = Infinity, seed = 1 } = {},
): Promise<{ events: Progress[]; weights: Map<string, number[]> | null }> {
  const training = train({ name: "small", course, folder, seed, photographs, photographsHash: "these", saveEvery: 3 });
  const events: Progress[] = [];
  for (;;) {
    const { done, value } = await training.next();
    if (done) {
      const trained: Trained = value;
      const leaves = entries({ fixed: trained.fixed, network: trained.network });
      const weights = new Map(leaves.map(([path, leaf]) => [path, Array.from(leaf.dataSync())]));
      disposeTree([trained.fixed, trained.network]);
      return { events, weights };
    }
    events.push(value);
    if (value.step >= until) {
      await training.return(undefined as never);
      return { events, weights: null };
    }
  }
}

testTensors("a decoder and a denoiser make smaller errors after a few steps", async () => {
  for (const brief of [decoder, denoiser]) {
    const course = { ...brief, steps: 40 };
    await withFolder(async (folder) => {
      const { events } = await run(course, folder);
      assertEquals(events.length, course.steps + 1);
      const [first, last] = [events[1].error, events[course.steps].error];
      assert(last < 0.9 * first, `${course.kind}: ${first} → ${last}`);
    });
  }
});

testTensors("an interrupted training ends with the same bits", async () => {
  await withFolder(async (whole) => {
    await withFolder(async (broken) => {
      const straight = await run(decoder, whole);
      const interrupted = await run(decoder, broken, { until: 8 });
      assertEquals(interrupted.weights, null);
      const resumed = await run(decoder, broken);
      assertEquals(resumed.events[0].step, 6); // the last saved state
      assertEquals(resumed.weights, straight.weights);
      const again = await run(decoder, whole);
      assertEquals([again.events.length, again.events[0].step], [1, decoder.steps]);
      assertEquals(again.weights, straight.weights);
    });
  });
});

testTensors("a state of another training is not gone on with", async () => {
  await withFolder(async (folder) => {
    const first = await run(denoiser, folder);
    const other = await run({ ...denoiser, rate: 4e-3 }, folder);
    assertEquals(other.events[0].step, 0);
    assert(JSON.stringify([...other.weights!]) !== JSON.stringify([...first.weights!]));
  });
});
