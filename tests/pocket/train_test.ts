import { add, clone } from "../../lib/engine/ops.ts";
import { disposeTree, entries, mapTree } from "../../lib/engine/tree.ts";
import type { DecoderCourse, DenoiserCourse } from "../../lib/pocket/generators.ts";
import type { DenoiserParams } from "../../lib/pocket/networks.ts";
import { beginning, type Progress, template, train, type Trained } from "../../lib/pocket/train.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const decoder: DecoderCourse = {
  kind: "decoder",
  block: 4,
  latent: 8,
  codes: null,
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
  block: 4,
  enlarges: null,
  from: null,
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

const given = { name: "small", seed: 1, photographs, photographsHash: "these", start: null, saveEvery: 3 };

/** Trains to the end, or to a step at which it is interrupted. */
async function run(
  course: DecoderCourse | DenoiserCourse,
  folder: string,
  { until = Infinity, seed = 1, signal }: { until?: number; seed?: number; signal?: AbortSignal } = {},
): Promise<{ events: Progress[]; weights: Map<string, number[]> | null }> {
  const training = train({ ...given, course, folder, seed, signal });
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
  const latent: DecoderCourse = { ...decoder, latent: 6, codes: 16, critic: null, doubling: "transposed-4" };
  for (const brief of [decoder, denoiser, latent, { ...denoiser, enlarges: 8 }]) {
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

testTensors("a signal stops a training after the step at hand, and it goes on from just there", async () => {
  await withFolder(async (whole) => {
    await withFolder(async (stopped) => {
      const straight = await run(decoder, whole);
      const controller = new AbortController();
      const training = train({ ...given, course: decoder, folder: stopped, signal: controller.signal });
      await assertRejects(async () => {
        for await (const { step } of training) if (step === 4) controller.abort();
      }, DOMException);
      const resumed = await run(decoder, stopped);
      assertEquals([resumed.events[0].step, resumed.weights], [5, straight.weights]);
    });
  });
});

testTensors("beginning() tells the errors of the first steps, and template() the shapes of the weights", async () => {
  await withFolder(async (folder) => {
    const training = { ...given, course: denoiser, folder };
    const errors = beginning(training, 3);
    const { events, weights } = await run(denoiser, folder);
    assertEquals(errors[0], events[1].error); // the first is no mean yet
    assertEquals(errors.length, 3);
    const shapes = template(training);
    const leaves = entries({ fixed: shapes.fixed, network: shapes.network });
    assertEquals(
      leaves.map(([path, leaf]) => [path, leaf.size]),
      [...weights!].map(([path, one]) => [path, one.length]),
    );
    disposeTree([shapes.fixed, shapes.network]);
  });
});

testTensors("a denoiser that is trained on begins with the weights of another, which stay as they are", () => {
  const first = template({ ...given, course: denoiser, folder: "" });
  const start = mapTree(first.network, (leaf) => clone(leaf)) as DenoiserParams;
  const course = { ...denoiser, rate: 1e-9 };
  const [fresh] = beginning({ ...given, course, folder: "" }, 1);
  const [same] = beginning({ ...given, course, folder: "", start }, 1);
  assertEquals(same, fresh); // weights of the same name and seed
  const other = mapTree(start, (leaf) => add(leaf, 0.1)) as DenoiserParams;
  const [changed] = beginning({ ...given, course, folder: "", start: other }, 1);
  assert(Math.abs(changed - fresh) > 1e-3, `${changed} and ${fresh}`);
  disposeTree([first.fixed, first.network, start, other]);
});
