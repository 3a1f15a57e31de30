/**
 * Makes the pocket world: trains the generators on the training photographs, makes fakes and reconstructions, and
 * writes everything with its hashes. Run by `deno task pocket:build`; goes on where it was interrupted.
 */
import { closeBackend, useBackend } from "../engine/backend.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { resizeImage } from "../image/resize.ts";
import { random } from "../random.ts";
import { duration } from "../report/numbers.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import type { Split } from "../types.ts";
import { drawPartners, makeFakes, type Networks } from "./fakes.ts";
import type { GeneratorCard, World } from "./format.ts";
import { gather, type Gathered, identityOf, type Patch, patchesOfSplit, settings } from "./gather.ts";
import { type CourseName, courses, type Generator, generators, reconstruction, trainedOn } from "./generators.ts";
import { type Album, measure } from "./measure.ts";
import { composeSheet } from "./sheets.ts";
import { train, type Trained } from "./train.ts";
import { worldWriter } from "./write.ts";

/** Time of one step, and of everything after the training, on one core in milliseconds; only for the time left. */
const cost: Readonly<Record<CourseName | "patches", number>> = {
  "latent-nearest-decoder": 300,
  "latent-denoiser": 120,
  "latent-noskip-decoder": 200,
  "pixel-denoiser": 225,
  "gan-transposed-decoder": 350,
  "patches": 240_000,
};

const splits: readonly Split[] = ["train", "validation", "test"];

/**
 * Builds the world and puts it in place of the one that is there.
 *
 * @param work folder for the state of the trainings and the unfinished world
 */
export async function buildWorld(folder: string, { work, bar }: { work: string; bar: Progress }): Promise<World> {
  await Deno.mkdir(work, { recursive: true });
  const gathered = await gather(`${folder}/photographs`, settings);
  const total = Object.entries(courses).reduce((sum, [name, { steps }]) => sum + cost[name as CourseName] * steps, 0) +
    cost.patches;
  let done = 0;
  const networks: Record<string, Trained> = {};
  for (const name of Object.keys(courses) as CourseName[]) {
    const from = done;
    const begun = performance.now();
    networks[name] = await trainOne(name, gathered, {
      work,
      onStep: (step, resumed, text) => {
        if (resumed) bar.skip(cost[name] * step);
        done = from + cost[name] * step;
        bar.update(done, total, text);
      },
    });
    bar.say(`trained ${name} in ${duration((performance.now() - begun) / 1000)}`);
  }
  const unfinished = `${work}/world`;
  await Deno.remove(unfinished, { recursive: true }).catch(ignoreMissing);
  const world = await writeWorld(unfinished, folder, { gathered, networks: networks as Networks, bar });
  for (const trained of Object.values(networks)) disposeTree([trained.fixed, trained.network]);
  for (const part of ["patches", "weights", "contact.webp", "measured.md", "world.json"]) {
    await Deno.remove(`${folder}/${part}`, { recursive: true }).catch(ignoreMissing);
    await Deno.rename(`${unfinished}/${part}`, `${folder}/${part}`);
  }
  return world;
}

async function trainOne(
  name: CourseName,
  gathered: readonly Gathered[],
  { work, onStep }: { work: string; onStep: (step: number, resumed: boolean, text: string) => void },
): Promise<Trained> {
  const learnt = gathered.filter(({ photograph }) => photograph.split === "train");
  const events = train({
    name,
    course: courses[name],
    seed: settings.seed,
    photographs: learnt.map(({ image }) => image),
    photographsHash: identityOf(learnt),
    folder: work,
  });
  for (let first = true;; first = false) {
    const { done, value } = await events.next();
    if (done) return value;
    const { step, steps, error } = value;
    onStep(step, first, `${name} ${step} of ${steps}, ${(10 * Math.log10(4 / error)).toFixed(1)} dB`);
  }
}

async function writeWorld(
  folder: string,
  old: string,
  { gathered, networks, bar }: { gathered: readonly Gathered[]; networks: Networks; bar: Progress },
): Promise<World> {
  const { seed, columns, cutting: { size } } = settings;
  const writer = worldWriter(folder, settings);
  for (const { photograph } of gathered) {
    const file = `photographs/${photograph.file}`;
    writer.existing(file, await Deno.readFile(`${old}/${file}`));
  }
  const weights: Record<string, string> = {};
  for (const [name, trained] of Object.entries(networks)) weights[name] = await writer.weights(name, trained);

  const made = new Map<string, readonly Image[]>();
  const keep = async (
    of: {
      split: Split;
      group: "real" | "fake" | "real-reconstruction" | "fake-reconstruction";
      generator: string | null;
    },
    patches: readonly Patch[],
    pictures: readonly Image[],
  ) => {
    bar.say(
      `made ${pictures.length} patches: ${of.split}, ${of.group}${of.generator === null ? "" : `, ${of.generator}`}`,
    );
    await writer.sheets(of, patches, pictures);
    made.set(`${of.split} ${of.group} ${of.generator ?? ""}`, pictures);
    return pictures;
  };
  for (const split of splits) {
    const real = patchesOfSplit(gathered, { split, half: "real", size });
    const source = patchesOfSplit(gathered, { split, half: "source", size });
    const partners = drawPartners(source.map(({ photograph }) => photograph), random(seed, "partners", split));
    const pictures = await keep({ split, group: "real", generator: null }, real, real.map(({ image }) => image));
    for (const [generator, { fakes: recipe }] of Object.entries(generators) as [string, Generator][]) {
      if (split !== "test" && generator !== trainedOn) continue;
      const from = source.map(({ image }) => image);
      const fakes = await makeFakes(recipe, from, {
        networks,
        seed,
        names: ["fakes", generator, split],
        partners: partners.map((i) => from[i]),
      });
      await keep({ split, group: "fake", generator }, source, fakes);
      if (split === "test") continue;
      const again = { networks, seed, partners: [] };
      const ofReal = await makeFakes(reconstruction, pictures, { ...again, names: ["reconstructions", "real", split] });
      await keep({ split, group: "real-reconstruction", generator: null }, real, ofReal);
      const ofFake = await makeFakes(reconstruction, fakes, { ...again, names: ["reconstructions", "fake", split] });
      await keep({ split, group: "fake-reconstruction", generator }, source, ofFake);
    }
  }
  const album = albumOf(made, patchesOfSplit(gathered, { split: "test", half: "source", size }));
  await writer.picture("contact.webp", await contactSheet(album, columns));
  const tables = await measure(album);
  for (const line of tables.split("\n")) bar.say(line);
  await Deno.writeTextFile(`${folder}/measured.md`, tables + "\n");
  return await writer.table({
    settings,
    photographs: gathered.map(({ photograph }) => photograph),
    generators: Object.fromEntries(
      Object.entries(generators).map(([id, generator]) => [id, cardOf(id, generator, weights)]),
    ),
  });
}

function cardOf(id: string, { about, fakes }: Generator, weights: Readonly<Record<string, string>>): GeneratorCard {
  const used = Object.values(fakes).filter((value) => typeof value === "string" && value in courses) as CourseName[];
  return {
    about,
    settings: {
      fakes,
      ...id === trainedOn ? { reconstruction } : {},
      courses: Object.fromEntries(used.map((name) => [name, courses[name]])),
    },
    weights: used.map((name) => weights[name]),
  };
}

function albumOf(made: ReadonlyMap<string, readonly Image[]>, source: readonly Patch[]): Album {
  const of = (key: string) => made.get(key)!;
  return {
    real: of("test real "),
    source: source.map(({ image }) => image),
    fakes: Object.fromEntries(Object.keys(generators).map((id) => [id, of(`test fake ${id}`)])),
    pairs: {
      real: of("validation real "),
      realReconstruction: of("validation real-reconstruction "),
      fake: of(`validation fake ${trainedOn}`),
      fakeReconstruction: of(`validation fake-reconstruction ${trainedOn}`),
    },
  };
}

/** Rows of patches at twice their size: sources and the fakes of each generator, then the four of a quadruple. */
async function contactSheet({ source, fakes, pairs }: Album, columns: number): Promise<Image> {
  const chosen = (pictures: readonly Image[]) =>
    Array.from({ length: columns }, (_, i) => pictures[Math.floor((i + 0.5) * pictures.length / columns)]);
  const { real, realReconstruction, fake, fakeReconstruction } = pairs;
  const rows = [source, ...Object.values(fakes), real, realReconstruction, fake, fakeReconstruction].map(chosen);
  const sheet = composeSheet(rows.flat(), columns);
  return await resizeImage(sheet, { width: sheet.width * 2, height: sheet.height * 2, filter: "nearest" });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function main(): Promise<number> {
  const unknown = Deno.args.filter((given) => given !== "--fresh");
  using bar = progress();
  if (unknown.length > 0) {
    bar.say(`Cannot build the pocket world: unknown option "${unknown[0]}", the options are --fresh`);
    return 2;
  }
  const root = `${import.meta.dirname}/../..`;
  const work = `${root}/runs/pocket-build`;
  if (Deno.args.includes("--fresh")) await Deno.remove(work, { recursive: true }).catch(ignoreMissing);
  const { name, threads } = await useBackend("auto");
  const begun = performance.now();
  bar.say(`building the pocket world on ${name}, ${threads} threads; safe to interrupt, run again to go on`);
  try {
    const { hash } = await buildWorld(`${import.meta.dirname}/world`, { work, bar });
    bar.say(`done in ${duration((performance.now() - begun) / 1000)}; the world is ${hash}`);
    return 0;
  } finally {
    closeBackend();
  }
}

if (import.meta.main) Deno.exit(await main());
