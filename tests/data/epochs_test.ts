import { type Drawing, type Drawn, planEpochs } from "../../lib/data/epochs.ts";
import type { Label, Pair, Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const drawing: Drawing = { seed: 7, size: 8, accumulate: 1, synced: true, balanced: false, augment: [] };

function pairs(label: Label, count: number, generator: string | null = null): Pair[] {
  return Array.from({ length: count }, (_, i): Pair => {
    const sample: Sample = {
      ...{ id: `${generator ?? label}/${i}`, file: "", label, source: `${i}`, generator, set: null, split: "train" },
      caption: null,
    };
    return { sample, reconstruction: { ...sample, id: `${sample.id}/rec`, label: "fake" } };
  });
}

const real = pairs("real", 10), fake = pairs("fake", 7);

Deno.test("planEpochs() fills every batch with as many real as fake pairs and repeats none in an epoch", () => {
  const { stepsPerEpoch, pairsOf } = planEpochs([...real, ...fake], drawing);
  assertEquals(stepsPerEpoch, 3); // 2 of each a step, 7 fakes
  for (const epoch of [1, 2]) {
    const steps = Array.from({ length: stepsPerEpoch }, (_, i) => pairsOf(epoch, i));
    for (const step of steps) assertEquals([step.real.length, step.fake.length], [2, 2]);
    const ids = steps.flatMap((step) => [...step.real, ...step.fake]).map((pair) => pair.sample.id);
    assertEquals(new Set(ids).size, ids.length);
    assert(steps.every((step) => step.real.every((pair) => pair.sample.label === "real")));
  }
});

Deno.test("planEpochs() fills batches with photographs and their reconstructions where there are no other fakes", () => {
  const { rows, stepsPerEpoch, pairsOf } = planEpochs(real, drawing);
  assertEquals([rows, stepsPerEpoch], [2, 2]); // 4 of 10 a step
  const steps = [pairsOf(1, 0), pairsOf(1, 1)];
  for (const step of steps) assertEquals([step.real.length, step.fake.length], [4, 0]);
  assertEquals(new Set(steps.flatMap((step) => step.real.map(({ sample }) => sample.id))).size, 8);
  const [first, ...others] = real;
  const lacking = [{ ...first, reconstruction: null }, ...others];
  assertThrows(() => planEpochs(lacking, drawing), RangeError, "0 fake training samples");
});

Deno.test("planEpochs() fills batches with as many fakes to a photograph as is asked for, each once", () => {
  const bare = (of: readonly Pair[]) => of.map((pair): Pair => ({ ...pair, reconstruction: null }));
  const many = [...bare(pairs("real", 8)), ...bare(pairs("fake", 26))];
  for (const balanced of [false, true]) {
    const plan = planEpochs(many, { ...drawing, size: 12, fakes: 4, balanced });
    assertEquals([plan.rows, plan.stepsPerEpoch], [5, 3]); // 2 and 8 a step, 26 fakes
    const steps = Array.from({ length: plan.stepsPerEpoch }, (_, i) => plan.pairsOf(1, i));
    for (const { real, fake } of steps) assertEquals([real.length, fake.length], [2, 8]);
    const ids = steps.flatMap(({ real, fake }) => [...real, ...fake]).map(({ sample }) => sample.id);
    assertEquals(new Set(ids).size, ids.length);
  }
  assertThrows(() => planEpochs(many, { ...drawing, size: 4, fakes: 4 }), RangeError, "and 4 fakes to a photograph");
  const three = { ...drawing, fakes: 3 };
  assertEquals(planEpochs([...real, ...pairs("fake", 30)], three).rows, 8); // 2 and 6 with reconstructions
});

Deno.test("planEpochs() orders epochs differently, seeds differently, and the same ones alike", () => {
  const order = (seed: number, epoch: number) => {
    const { stepsPerEpoch, pairsOf } = planEpochs([...real, ...fake], { ...drawing, seed });
    return Array.from({ length: stepsPerEpoch }, (_, i) => pairsOf(epoch, i).real.map(({ sample }) => sample.id))
      .join();
  };
  assertEquals(order(7, 1), order(7, 1));
  assert(order(7, 1) !== order(7, 2) && order(7, 1) !== order(8, 1));
});

Deno.test("planEpochs() takes the same pairs with and without reconstructions when the batch is halved", () => {
  const bare = [...real, ...fake].map((pair): Pair => ({ ...pair, reconstruction: null }));
  const ids = (of: readonly Pair[], size: number) =>
    planEpochs(of, { ...drawing, size }).pairsOf(1, 1).real.map(({ sample }) => sample.id);
  assertEquals(ids(bare, 4), ids([...real, ...fake], 8));
});

Deno.test("planEpochs() refuses a batch that cannot hold one pair of each or that the data do not fill", () => {
  assertThrows(() => planEpochs([...real, ...fake], { ...drawing, size: 3 }), RangeError, "4 rows for one of each");
  assertThrows(() => planEpochs([...real, ...fake], { ...drawing, size: 400 }), RangeError, "at most 28");
  assertThrows(
    () => planEpochs([...real, ...fake], { ...drawing, size: 16, accumulate: 2 }),
    RangeError,
    "Cannot fill 2 batches of 16 rows",
  );
  const bare = real.map((pair) => ({ ...pair, reconstruction: null }));
  assertThrows(() => planEpochs(bare, drawing), RangeError, "0 fake training samples");
});

/** How many fakes of each generator an epoch takes, and those of one batch. */
function sharesOf(of: readonly Drawn[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const { sample: { generator } } of of) shares[generator!] = (shares[generator!] ?? 0) + 1;
  return shares;
}

Deno.test("planEpochs() gives generators equal shares of every batch when balanced, whatever their sizes", () => {
  const uneven = [...pairs("fake", 60, "many"), ...pairs("fake", 24, "some"), ...pairs("fake", 4, "few")];
  const { stepsPerEpoch, pairsOf } = planEpochs([...pairs("real", 48), ...uneven], {
    ...drawing,
    size: 24,
    balanced: true,
  });
  assertEquals(stepsPerEpoch, 8); // 6 fakes a batch
  const taken = Array.from({ length: stepsPerEpoch }, (_, i) => pairsOf(1, i).fake);
  for (const batch of taken) assertEquals(sharesOf(batch), { many: 2, some: 2, few: 2 });
  const timesOf = new Map<string, number[]>();
  for (const { sample: { id }, turn } of taken.flat()) timesOf.set(id, [...timesOf.get(id) ?? [], turn]);
  for (const [id, turns] of timesOf) {
    // 16 of each generator: those of "few" come again and again, those of the others once
    assertEquals(turns, id.startsWith("few") ? [0, 1, 2, 3] : [0], id);
  }
  assertEquals(taken.flat().filter(({ sample }) => sample.generator === "few").length, 16);
});

Deno.test("planEpochs() draws balanced epochs from the seed and the epoch, and reals as before", () => {
  const uneven = [...pairs("fake", 9, "a"), ...pairs("fake", 3, "b")];
  const order = (seed: number, epoch: number, size = 8) => {
    const { pairsOf, orderOf } = planEpochs([...real, ...uneven], { ...drawing, seed, size, balanced: true });
    const ids = [0, 1].flatMap((i) => pairsOf(epoch, i).fake.map(({ sample }) => sample.id));
    return `${ids} ${orderOf(epoch)}`;
  };
  assertEquals(order(7, 1), order(7, 1));
  assertEquals(new Set([order(7, 1), order(7, 2), order(8, 1)]).size, 3);
});

Deno.test("planEpochs() lets only pairs of the class stand in, when balanced of the generator", () => {
  const uneven = [...pairs("fake", 9, "a"), ...pairs("fake", 3, "b")];
  for (const balanced of [false, true]) {
    const { standIn } = planEpochs([...real, ...uneven], { ...drawing, balanced });
    const found = Array.from({ length: 40 }, (_, attempt) => standIn({ ...uneven[0], turn: 0 }, attempt).sample);
    assert(found.every(({ label }) => label === "fake"));
    assertEquals(found.every(({ generator }) => generator === "a"), balanced);
    assertEquals(standIn({ ...uneven[0], turn: 0 }, 3).sample.id, found[3].id);
  }
});
