/** Checkpoints that are damaged on the disk. */
import { basename, join } from "node:path";
import { random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, noticesOf, ranRun } from "./children.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { copyFolder, hashesIn, namesIn, outcomeIn, reference, runIn, statesIn, where } from "./world.ts";

/** Ways to damage a file, at a place that the seed draws. */
const damages: Readonly<Record<string, (file: string, seed: number) => Promise<void>>> = {
  truncated: async (file, seed) => {
    const { integer } = random(seed, "truncate", basename(file));
    await Deno.truncate(file, integer((await Deno.stat(file)).size));
  },
  "bit-flipped": async (file, seed) => {
    const { integer } = random(seed, "flip", basename(file));
    const bytes = await Deno.readFile(file);
    bytes[integer(bytes.length)] ^= 1 << integer(8);
    await Deno.writeFile(file, bytes);
  },
  deleted: (file) => Deno.remove(file),
};

/** How often each file is damaged in each way that can be repeated elsewhere. */
const seeds = Deno.env.get("COUNTERPROOF_FULL") === "1" ? [1, 2, 3, 4] : [1];

/** The step after the first judgement: of the two newest states it alone names the best network. */
const STEP = 3;

const files = {
  [`step-${STEP}.json`]: "state",
  [`step-${STEP}.safetensors`]: "tensors of the state",
  "best-2.safetensors": "best network",
};

/** A run that was stopped after the checkpoint of that step, made once. */
let stopped: Promise<string> | null = null;

async function stop(): Promise<string> {
  const options = where("stopped", { checkpointSeconds: 0 });
  await ranRun({ experiment: everything, options, stopAfter: STEP });
  assertEquals(await statesIn(await runIn(options.runs)), [STEP - 1, STEP]);
  return options.runs;
}

/** A copy of it. */
async function stoppedRun(name: string): Promise<{ runs: string; checkpoints: string }> {
  const { runs } = where(name);
  await copyFolder(await (stopped ??= stop()), runs);
  return { runs, checkpoints: join(await runIn(runs), "checkpoints") };
}

for (const [how, damage] of Object.entries(damages)) {
  Deno.test(`a last checkpoint that was ${how} is passed over for the one before, and told`, async () => {
    const cases = Object.entries(files).flatMap(([file, what]) =>
      (how === "deleted" ? [1] : seeds).map((seed) => ({ file, what, seed }))
    );
    for (const { file, what, seed } of cases) {
      await suffer(reference(everything), async (happened) => {
        const { runs, checkpoints } = await stoppedRun(`${how} ${what} ${seed}`);
        await damage(join(checkpoints, file), seed);
        happened(`last checkpoint ${how}`);
        const { told } = await ranRun({ experiment: everything, options: { ...where(""), runs } });
        assertEquals(errorOf(told), null);
        const [start] = told;
        assert(start.kind === "start" && start.step === STEP - 1, Deno.inspect(start));
        const [notice, ...more] = noticesOf(told);
        // a state that lacks its JSON was never finished, as far as anyone can tell
        if (how === "deleted" && file.endsWith(".json")) assertEquals(notice, undefined);
        else {
          const words = [`${file}" is damaged: `, `Going on from the one of step ${STEP - 1}`];
          assert(words.every((each) => notice?.includes(each)), String(notice));
        }
        assertEquals(more, []);
        return await outcomeIn(runs);
      });
    }
  });

  Deno.test(`a run all of whose checkpoints were ${how} is refused, and nothing of it is deleted`, async () => {
    await suffer(reference(everything), async (happened) => {
      const { runs, checkpoints } = await stoppedRun(`all ${how}`);
      const given = { experiment: everything, options: { ...where(""), runs } };
      const files = [STEP - 1, STEP].map((step) => join(checkpoints, `step-${step}.safetensors`));
      for (const file of files) {
        await Deno.copyFile(file, `${file}.kept`);
        await damage(file, 1);
      }
      const before = await hashesIn(runs);
      happened(`all checkpoints ${how}`);
      const { code, told } = await ranRun(given);
      const message = errorOf(told)!;
      assert(message.includes("none of its 2 checkpoints is whole"), message);
      assert(files.every((file) => message.includes(file)), message);
      assert(/Restore one, or start the run anew with --fresh/.test(message), message);
      assertEquals([code, await hashesIn(runs)], [1, before]);
      for (const file of files) await Deno.rename(`${file}.kept`, file);
      assertEquals(errorOf((await ranRun(given)).told), null);
      return await outcomeIn(runs);
    });
  });
}

Deno.test("a run whose checkpoints are all damaged can be begun anew", async () => {
  await suffer(reference(everything), async (happened) => {
    const { runs, checkpoints } = await stoppedRun("begun anew");
    for (const name of Object.keys(await hashesIn(checkpoints))) await Deno.truncate(name, 0);
    happened("all checkpoints truncated, begun anew");
    const { told } = await ranRun({ experiment: everything, options: { ...where(""), runs, fresh: true } });
    assertEquals([errorOf(told), noticesOf(told)], [null, []]);
    return await outcomeIn(runs);
  });
});

Deno.test("a damaged log or best network that both checkpoints name is refused with what to do, and goes on when it is restored", async () => {
  const options = where("stopped later", { checkpointSeconds: 0 });
  await ranRun({ experiment: everything, options, stopAfter: 8 });
  const folder = await runIn(options.runs);
  const best = (await namesIn(join(folder, "checkpoints"))).find((name) => name.startsWith("best-"));
  await suffer(reference(everything), async (happened) => {
    for (const name of ["events.jsonl", `checkpoints/${best}`]) {
      const file = join(folder, name);
      const bytes = await Deno.readFile(file);
      await Deno.writeFile(file, bytes.subarray(0, bytes.length / 2));
      const { [join(folder, "record.json")]: _, ...before } = await hashesIn(options.runs); // says that it failed
      happened(`${name.replace(/.*best.*/, "best network of all checkpoints")} truncated`);
      const { code, told } = await ranRun({ experiment: everything, options });
      const message = errorOf(told)!;
      assert(message.includes(file) && /Restore (the file|one), or /.test(message), message);
      const { [join(folder, "record.json")]: __, ...after } = await hashesIn(options.runs);
      assertEquals([code, after], [1, before]);
      await Deno.writeFile(file, bytes);
    }
    assertEquals(errorOf((await ranRun({ experiment: everything, options })).told), null);
    return await outcomeIn(options.runs);
  });
});

Deno.test("a damaged record of a run that is not done is told, and written anew from the last checkpoint", async () => {
  await suffer(reference(everything), async (happened) => {
    const { runs } = await stoppedRun("record");
    const folder = await runIn(runs);
    await Deno.truncate(join(folder, "record.json"), 100);
    happened("record.json truncated");
    const { told } = await ranRun({ experiment: everything, options: { ...where(""), runs } });
    const [start, notice] = told;
    assert(start.kind === "start" && start.step === STEP, Deno.inspect(start));
    assert(notice.kind === "notice" && notice.text.includes("written anew"), Deno.inspect(notice));
    return await outcomeIn(runs);
  });
});
