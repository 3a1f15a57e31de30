/** Which pairs make up each step of an epoch. */
import { createHash } from "node:crypto";
import type { Augmentation } from "../augment/mod.ts";
import { random } from "../random.ts";
import type { Label, Pair } from "../types.ts";

/** How training batches are drawn. */
export interface Drawing {
  readonly seed: number;
  /** Rows entering the network, reconstructions included. */
  readonly size: number;
  /** Batches that one step takes. */
  readonly accumulate: number;
  /** Whether an image and its reconstruction get the same draw of every augmentation. */
  readonly synced: boolean;
  /** Whether the generators of a class get equal shares of every epoch, whatever their sizes. */
  readonly balanced: boolean;
  /** Fakes to a photograph in every batch, reconstructions not counted, ≥ 1; left out: 1. */
  readonly fakes?: number;
  readonly augment: readonly Augmentation[];
}

/** A pair as an epoch takes it. */
export interface Drawn extends Pair {
  /** How often the epoch took it before: 0, unless generators are balanced and its own has few images. */
  readonly turn: number;
}

/** The pairs of a batch: real ones, and to each as many fakes as is asked for; none where all are reconstructions. */
export interface DrawnPairs {
  readonly real: readonly Drawn[];
  readonly fake: readonly Drawn[];
}

/** Which pairs make up each step of an epoch. */
export interface Epochs {
  /** Rows that one real sample and its fakes fill with their reconstructions; a batch holds that a whole number of times. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  /** The pairs of a batch, `accumulate` of them a step: real ones first. Depends on seed, epoch and batch alone. */
  pairsOf(epoch: number, batch: number): DrawnPairs;
  /** What takes the place of a pair that cannot be read, after so many others could not either; of the same class. */
  standIn(pair: Drawn, attempt: number): Drawn;
  /** Hash of the order in which an epoch takes them, by which a version that draws otherwise is told. */
  orderOf(epoch: number): string;
}

/** Stands in the hash of an order since augmentations are drawn by the id of a sample; before, by its place in a batch. */
const DRAWN_BY = "sample";

/**
 * Plans the epochs: one passes over the smaller class once; the larger one is drawn afresh each time. Where there are no
 * fakes but the reconstructions of all photographs, as AlignedForensics pairs them, batches hold these two. Balanced, the
 * generators of a class take turns; one with too few images begins again in another order.
 *
 * @throws {RangeError} when the samples do not fill one batch
 */
export function planEpochs(pairs: readonly Pair[], { seed, size, accumulate, balanced, fakes = 1 }: Drawing): Epochs {
  const of = (label: Label) => pairs.filter(({ sample }) => sample.label === label);
  const classes: Record<Label, readonly Pair[]> = { real: of("real"), fake: of("fake") };
  const { real, fake } = classes;
  const aligned = fake.length === 0 && real.length > 0 && real.every(({ reconstruction }) => reconstruction !== null);
  const rows = rowsOf(real) + (aligned ? 0 : fakes * rowsOf(fake));
  const count = Math.floor(size / rows);
  const smaller = aligned ? real.length : Math.min(real.length, Math.floor(fake.length / fakes));
  const stepsPerEpoch = Math.floor(smaller / (count * accumulate));
  if (count < 1 || stepsPerEpoch < 1) {
    throw new RangeError(
      `Cannot fill ${
        accumulate === 1 ? "a batch" : `${accumulate} batches`
      } of ${size} rows: ${real.length} real and ${fake.length} fake training samples, ` +
        `${rows} rows for one of each with reconstructions${fakes > 1 ? ` and ${fakes} fakes to a photograph` : ""}; ` +
        `give more data or a batch size of ${rows} or more, ` +
        `at most ${rows * Math.floor(smaller / accumulate)}`,
    );
  }
  const groups = { real: generatorsOf(real), fake: generatorsOf(fake) };
  const share: Record<Label, number> = { real: 1, fake: fakes };
  const orderOf = (label: Label, epoch: number): Order => {
    if (balanced) return takingTurns(groups[label], { seed, label, epoch, length: smaller * share[label] });
    return { places: random(seed, "order", label, epoch).permutation(classes[label].length), turns: null };
  };
  type Orders = Readonly<Record<Label, Order>>;
  let drawn: { readonly epoch: number; readonly orders: Orders } | null = null;
  const draw = (epoch: number): Orders => {
    if (drawn?.epoch !== epoch) {
      drawn = { epoch, orders: { real: orderOf("real", epoch), fake: orderOf("fake", epoch) } };
    }
    return drawn.orders;
  };
  return {
    rows,
    stepsPerEpoch,
    pairsOf(epoch, batch) {
      const take = (label: Label): Drawn[] => {
        const { places, turns } = draw(epoch)[label];
        const length = count * share[label];
        return Array.from({ length }, (_, i) => {
          const at = batch * length + i;
          return { ...classes[label][places[at]], turn: turns?.[at] ?? 0 };
        });
      };
      return { real: take("real"), fake: aligned ? [] : take("fake") };
    },
    standIn({ sample: { id, label, generator } }, attempt) {
      // of its own generator, so that balanced shares stay what they are
      const others = balanced ? groups[label].get(generator)! : classes[label].map((_, i) => i);
      const i = random(seed, "stand-in", id, attempt).integer(others.length);
      return { ...classes[label][others[i]], turn: 0 };
    },
    orderOf(epoch) {
      const { real, fake } = draw(epoch);
      return createHash("sha256").update(DRAWN_BY).update(real.places).update(fake.places).digest("hex");
    },
  };
}

/** Places of a class's pairs in the order in which an epoch takes them. */
interface Order {
  readonly places: Int32Array;
  /** How often each was taken before; null: never. */
  readonly turns: Int32Array | null;
}

/** Places in equal shares: round after round one of each generator, in an order that each round draws. */
function takingTurns(
  groups: ReadonlyMap<string | null, readonly number[]>,
  { seed, label, epoch, length }: { seed: number; label: Label; epoch: number; length: number },
): Order {
  const queues = [...groups].map(([generator, members]) => {
    let passes = 0;
    let order: Int32Array = new Int32Array(0);
    let next = 0;
    return (): [place: number, turn: number] => {
      if (next === order.length) {
        const names = [label, epoch, generator ?? "", passes++];
        order = random(seed, "order", "balanced", ...names).permutation(members.length);
        next = 0;
      }
      return [members[order[next++]], passes - 1];
    };
  });
  const rounds = random(seed, "order", "rounds", label, epoch);
  const places = new Int32Array(length), turns = new Int32Array(length);
  for (let at = 0; at < length;) {
    for (const queue of rounds.permutation(queues.length)) {
      if (at === length) break;
      [places[at], turns[at]] = queues[queue]();
      at++;
    }
  }
  return { places, turns };
}

/** Places of a class's pairs by the generator of their samples, in the order of the alphabet. */
function generatorsOf(pairs: readonly Pair[]): Map<string | null, number[]> {
  const groups = new Map<string | null, number[]>();
  for (const [i, { sample: { generator } }] of pairs.entries()) {
    if (!groups.has(generator)) groups.set(generator, []);
    groups.get(generator)!.push(i);
  }
  return new Map([...groups].sort(([a], [b]) => (a ?? "") < (b ?? "") ? -1 : 1));
}

function rowsOf(pairs: readonly Pair[]): number {
  return pairs.some(({ reconstruction }) => reconstruction !== null) ? 2 : 1;
}
