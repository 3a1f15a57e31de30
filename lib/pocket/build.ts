/**
 * Makes a pocket world: trains the generators on the training photographs, makes fakes and reconstructions, and
 * writes everything with its hashes. Trainings go on where they were interrupted.
 */
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { resizeImage } from "../image/resize.ts";
import type { Progress } from "../terminal/progress.ts";
import type { Split } from "../types.ts";
import { makeFakes, type Networks } from "./fakes.ts";
import type { GeneratorCard, PatchGroup, World } from "./format.ts";
import { gather, type Gathered, settings } from "./gather.ts";
import {
  type CourseName,
  courses,
  type GeneratorId,
  generators,
  makingOf,
  reconstruction,
  trainedOn,
} from "./generators.ts";
import { keptPatches, type KeptWorld } from "./kept.ts";
import { type Album, measure } from "./measure.ts";
import { type Group, makeGroup, originOf, planGroups, titleOf } from "./plan.ts";
import { composeSheet } from "../image/sheet.ts";
import { beginning } from "./train.ts";
import { type Schooling, trainAll, trainingOf } from "./trainings.ts";
import { type WorldWriter, worldWriter } from "./write.ts";

/** Steps at the beginning of each training whose errors the world's table keeps. */
export const begun = 5;

/** What a world is made from, and where. */
export interface Building extends Schooling {
  /** Folder of the photographs and their table. */
  readonly photographs: string;
  /** Folder of the new world; it must not hold one. */
  readonly out: string;
}

/**
 * Builds a world into a folder.
 *
 * @throws {Deno.errors.AlreadyExists} when the folder holds a world
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function buildWorld({ photographs, out, work, kept, bar, signal }: Building): Promise<World> {
  await refuseWorld(out);
  await Deno.mkdir(work, { recursive: true });
  const gathered = await gather(photographs, settings);
  const networks = await trainAll(gathered, { work, kept, bar, signal });
  try {
    return await writeWorld({ out, photographs, gathered, networks, kept, bar, signal });
  } finally {
    for (const trained of Object.values(networks)) disposeTree([trained.fixed, trained.network]);
  }
}

async function refuseWorld(out: string): Promise<void> {
  const there = await Deno.stat(`${out}/world.json`).then(() => true, () => false);
  if (!there) return;
  throw new Deno.errors.AlreadyExists(
    `Cannot build a world into "${out}": it holds one, expected a folder without. Move it away, or name another folder`,
  );
}

async function writeWorld(
  { out, photographs, gathered, networks, kept, bar, signal }: Omit<Building, "work"> & {
    gathered: readonly Gathered[];
    networks: Networks;
  },
): Promise<World> {
  const writer = worldWriter(out, settings);
  for (const { photograph: { file } } of gathered) {
    await writer.photograph(file, await Deno.readFile(`${photographs}/${file}`));
  }
  await Deno.copyFile(`${photographs}/photographs.tsv`, `${out}/photographs/photographs.tsv`);
  const plan = planGroups(gathered);
  const tell = teller(bar, Object.keys(courses).length + plan.length + 2, signal);
  const trainings = await writeTrainings(writer, { gathered, networks, tell });
  const album = await writePatches(writer, { plan, networks, kept, tell });
  tell("contact sheets");
  await illustrate(writer, album, networks);
  tell("what a single number sees");
  const tables = await measure(album);
  await Deno.writeTextFile(`${out}/measured.md`, tables + "\n");
  return await writer.table({
    settings,
    photographs: gathered.map(({ photograph }) => photograph),
    trainings,
    generators: Object.fromEntries((Object.keys(generators) as GeneratorId[]).map((id) => [id, cardOf(id)])),
  });
}

/** Tells what comes next, after so many pieces of work in all; the place where an interruption stops. */
function teller(bar: Progress, total: number, signal?: AbortSignal): (text: string) => void {
  let done = 0;
  return (text) => {
    signal?.throwIfAborted();
    bar.update(done++, total, text);
  };
}

async function writeTrainings(
  writer: WorldWriter,
  { gathered, networks, tell }: { gathered: readonly Gathered[]; networks: Networks; tell: (text: string) => void },
): Promise<World["trainings"]> {
  const cards: Record<string, World["trainings"][string]> = {};
  for (const name of Object.keys(courses) as CourseName[]) {
    tell(`the first steps of ${name}`);
    const first = beginning(trainingOf(name, gathered, { networks, work: "" }), begun);
    cards[name] = { course: courses[name], weights: await writer.weights(name, networks[name]), begun: first };
  }
  return cards;
}

async function writePatches(
  writer: WorldWriter,
  { plan, networks, kept, tell }: {
    plan: readonly Group[];
    networks: Networks;
    kept: KeptWorld | null;
    tell: (text: string) => void;
  },
): Promise<Album> {
  const pictures = new Map<string, readonly Image[]>();
  for (const group of plan) {
    tell(`patches: ${titleOf(group)}`);
    const origin = originOf(group, plan);
    const source = origin === null ? null : pictures.get(titleOf(origin))!;
    const made = (kept === null ? null : await keptPatches(kept, group)) ??
      await makeGroup(group, { networks, source });
    pictures.set(titleOf(group), made);
    await writer.sheets(group, group.patches, made);
  }
  return albumOf(pictures, plan);
}

function albumOf(pictures: ReadonlyMap<string, readonly Image[]>, plan: readonly Group[]): Album {
  const of = (split: Split, group: PatchGroup, generator: string | null) =>
    pictures.get(titleOf({ split, group, generator }))!;
  const { patches } = plan.find(({ split, group }) => split === "test" && group === "fake")!;
  return {
    real: of("test", "real", null),
    source: patches.map(({ image }) => image),
    fakes: Object.fromEntries(Object.keys(generators).map((id) => [id, of("test", "fake", id)])),
    pairs: {
      real: of("validation", "real", null),
      realReconstruction: of("validation", "real-reconstruction", null),
      fake: of("validation", "fake", trainedOn),
      fakeReconstruction: of("validation", "fake-reconstruction", trainedOn),
    },
  };
}

function cardOf(id: GeneratorId): GeneratorCard {
  const { about, fakes } = generators[id];
  const used = Object.values(fakes).filter((value) => typeof value === "string" && value in courses) as CourseName[];
  return { about, settings: makingOf(id), trainings: used };
}

/** Pictures to look at: some sources over the fakes of all generators, and a sheet for each generator. */
async function illustrate(writer: WorldWriter, { source, fakes }: Album, networks: Networks): Promise<void> {
  const columns = 12;
  const chosen = (pictures: readonly Image[]) =>
    Array.from({ length: columns }, (_, i) => pictures[Math.floor((i + 0.5) * pictures.length / columns)]);
  const sheet = async (rows: readonly (readonly Image[])[]) => {
    const sheet = composeSheet(rows.flat(), columns);
    return await resizeImage(sheet, { width: sheet.width * 2, height: sheet.height * 2, filter: "nearest" });
  };
  const again = (pictures: readonly Image[], name: string) =>
    makeFakes(reconstruction, pictures, { networks, seed: settings.seed, partners: [], names: ["contact", name] });
  const photographs = chosen(source);
  const ofPhotographs = await again(photographs, "photographs");
  await writer.illustration("contact/all.webp", await sheet([photographs, ...Object.values(fakes).map(chosen)]));
  for (const [id, made] of Object.entries(fakes)) {
    const shown = chosen(made);
    const rows = [photographs, shown, ofPhotographs, await again(shown, id)];
    await writer.illustration(`contact/${id}.webp`, await sheet(rows));
  }
}
