import {
  inverseSampler,
  otherKind,
  readSchedulerConfig,
  type Sampler,
  samplerOf,
  schedulerKinds,
} from "../../../lib/reconstruct/noise/mod.ts";
import { chain } from "../../golden_kinds/schedulers.ts";
import { assert, assertClose, assertEquals } from "../../assert.ts";

/** A chain of diffusers'; `bench/peers/noise.py` says how it is made. */
interface Recorded {
  readonly class: string;
  readonly from?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly strength?: number;
  readonly timesteps: readonly number[];
  readonly initialSigma: number;
  readonly sample: readonly number[];
}

const file = new URL("../recorded/noise.json", import.meta.url);
const { cases }: { cases: readonly Recorded[] } = JSON.parse(await Deno.readTextFile(file));

const noise = Float32Array.from({ length: 4 }, (_, j) => Math.sin(5 * j + 1));
const clean = Float32Array.from({ length: 4 }, (_, j) => Math.cos(3 * j));

for (const name of new Set(cases.map((recorded) => recorded.class))) {
  Deno.test(`${name}: chains end where those of diffusers do`, () => {
    for (const recorded of cases.filter((recorded) => recorded.class === name)) compare(recorded);
  });
}

Deno.test("every kind of scheduler is compared", () => {
  assertEquals(new Set(cases.map((recorded) => recorded.class)).size, schedulerKinds.length);
});

/**
 * Within 2e-6 of the largest value that a chain passes through, thirty times what float32 tells apart: diffusers adds
 * in float32, where chains that begin at a level of 4096 leave 1e-4. Timesteps between two, which are found from a
 * logarithm, within 1e-3.
 */
function compare(recorded: Recorded): void {
  const { sampler, sample } = begun(recorded);
  const told = JSON.stringify({ ...recorded, timesteps: undefined, sample: undefined });
  assertClose(sampler.timesteps, recorded.timesteps, 1e-3, told);
  assertClose(sampler.initialSigma / recorded.initialSigma, 1, 1e-6, told);
  const samples = chain(sampler, sample);
  const last = samples[samples.length - 1];
  const largest = Math.max(1, ...[sample, ...samples].flatMap((values) => [...values]).map(Math.abs));
  assert(last.every(Number.isFinite), told);
  assertClose(last, recorded.sample, 2e-6 * largest, told);
}

function begun({ class: name, from, options, steps, strength }: Recorded): { sampler: Sampler; sample: Float32Array } {
  const written = readSchedulerConfig({ ...options, _class_name: from ?? name }, "recorded");
  const kind = readSchedulerConfig({ _class_name: name }, "recorded").kind;
  const config = from === undefined ? written : otherKind(written, kind);
  if (config.kind === "ddimInverse") return { sampler: inverseSampler(config, { steps }), sample: clean };
  const sampler = samplerOf(config, { steps, strength });
  const sample = strength === undefined
    ? noise.map((value) => value * sampler.initialSigma)
    : sampler.noised(clean, noise, 0);
  return { sampler, sample };
}
