import { duration } from "../report/numbers.ts";
import { alignedText } from "../report/text.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import { backendNames, BACKENDS, choice, type Command, type Given, typedAgain, UsageError } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";
import { threadsOption } from "./thread_options.ts";

type Build = typeof import("../pocket/build.ts");
type Check = typeof import("../pocket/check.ts");
type Engine = typeof import("../engine/backend.ts");
type Layout = typeof import("../layouts/pocket.ts");

/** Makes a pocket world from its photographs, or a slice of the shipped one to compare. */
export const pocketBuild: Command = {
  summary: "makes a pocket world from its photographs, or checks the shipped one",
  help: `deno task pocket:build [--check] [OPTIONS]

Trains the networks of the eight small generators on the photographs of the pocket world, makes fakes and
reconstructions, and writes a world with the hash of every file. Takes about an hour on two cores. Ctrl-C stops
it, the same command goes on from there. The world that is shipped stays as it is.

  --check          make a slice of the shipped world again, the first steps of every training and the first
                   patches of every group, and tell how near it comes: about a minute
  --out DIR        where the world goes; default: runs/pocket-world
  --keep DIR       a world whose weights and patches are used again where nothing that decides them has changed:
                   to add a generator
  --backend NAME   ${backendNames}; default: wasm, on which the world is the same everywhere
  --threads N      threads; on wasm the world does not depend on it; default: one for each core

Examples:
  deno task pocket:build
  deno task pocket:build --check`,
  values: ["out", "keep", "backend", "threads"],
  flags: ["check"],
  operands: [0, 0],
  async run(given) {
    const backend = choice(given, "backend", BACKENDS) ?? "wasm";
    const threads = threadsOption(given);
    if (given.flags.check && (given.values.out ?? given.values.keep) !== undefined) {
      throw new UsageError('Cannot run "pocket:build": --check writes nothing, expected it without --out and --keep');
    }
    using bar = progress();
    bar.say(downloadLine(await download(["lib/pocket/check.ts"], bar)));
    const { useBackend, closeBackend } = await load<Engine>("lib/engine/backend.ts");
    const engine = await useBackend(backend, { threads });
    bar.say(`Working on ${engine.name} with ${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`);
    try {
      return given.flags.check ? await check(bar) : await build(given, bar);
    } finally {
      closeBackend();
    }
  },
};

async function build(given: Given, bar: Progress): Promise<number> {
  const { values } = given;
  const { openWorld, shippedWorld } = await load<Layout>("lib/layouts/pocket.ts");
  const { buildWorld } = await load<Build>("lib/pocket/build.ts");
  const out = userPath(values.out ?? "runs/pocket-world");
  const keep = values.keep === undefined ? null : userPath(values.keep);
  const kept = keep === null ? null : { folder: keep, world: await openWorld(keep) };
  const work = `${out}.trainings`;
  const began = performance.now();
  return await interruptible(async (signal) => {
    const world = await buildWorld({ photographs: `${shippedWorld}/photographs`, out, work, kept, bar, signal });
    await Deno.remove(work, { recursive: true });
    bar[Symbol.dispose]();
    const shipped = await openWorld();
    const same = Object.entries(world.files).filter(([file, hash]) => shipped.files[file] === hash).length;
    print(`Everything took ${duration((performance.now() - began) / 1000)}. The world ${world.hash} is in`);
    print(`  ${shown(out)}`);
    print(`${same} of its ${Object.keys(world.files).length} files are equal to those of the shipped world`);
    return 0;
  }, { kept: `The trainings are kept in "${shown(work)}"; go on with: ${typedAgain(given)}`, progress: bar });
}

async function check(bar: Progress): Promise<number> {
  const { openWorld, shippedWorld, verifyFile } = await load<Layout>("lib/layouts/pocket.ts");
  const { checkWorld } = await load<Check>("lib/pocket/check.ts");
  const world = await openWorld();
  const files = Object.keys(world.files);
  await Promise.all(files.map((file) => verifyFile(shippedWorld, world, file)));
  const findings = await Array.fromAsync(checkWorld({ folder: shippedWorld, world }, bar));
  bar[Symbol.dispose]();
  print(`World ${world.hash}, made again from its photographs and weights:\n`);
  print(alignedText([
    { title: "made again", cells: findings.map(({ what }) => what), shrinks: true },
    { title: "against the shipped world", cells: findings.map(({ near, text }) => near ? text : `${text}: too much`) },
  ]));
  const far = findings.filter(({ near }) => !near).length;
  const equal = findings.filter((finding) => finding.equal).length;
  print(
    `\n${files.length} files have their hashes. ${equal} of ${findings.length} slices are equal to the last bit` +
      `${equal === findings.length ? "" : `, ${findings.length - equal - far} near`}${far === 0 ? "" : `, ${far} not`}`,
  );
  return far === 0 ? 0 : 1;
}
