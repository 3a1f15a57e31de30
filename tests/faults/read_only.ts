/** A folder of runs that cannot be written, from the start or from the middle of training on. */
import { join } from "node:path";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, ranRun, startRun } from "./children.ts";
import { ran } from "./command.ts";
import { everything } from "./experiments.ts";
import { openSandbox } from "./sandbox.ts";
import { impossible, suffer } from "./tally.ts";
import { hashesIn, newestState, outcomeIn, place, reference, runIn, where } from "./world.ts";

/** A way to take the right to write away from a folder, and to give it back. */
interface Way extends AsyncDisposable {
  /** What runs a program to which this matters. */
  readonly under: readonly string[];
  /** How the system words it. */
  readonly refusal: RegExp;
  outside(path: string): string;
  close(folder: string): Promise<void>;
  open(folder: string): Promise<void>;
}

const ways: Readonly<Record<string, () => Promise<Way | string>>> = {
  "a file system that is read-only": byMount,
  "rights that are taken away": byRights,
};

for (const [name, way] of Object.entries(ways)) {
  Deno.test(`${name}: a new run is refused before it trains`, async () => {
    const fault = `${name}, from the start`;
    const found = await way();
    if (typeof found === "string") return impossible(fault, found);
    await using it = found;
    await suffer(reference(everything), async (happened) => {
      const options = where(fault);
      await Deno.mkdir(options.runs);
      await it.close(options.runs);
      const { code, told } = await ranRun({ experiment: everything, options }, it);
      happened(fault);
      const message = errorOf(told)!;
      assert(it.refusal.test(message) && /Expected a folder that can be written/.test(message), message);
      assertEquals([code, told.length], [1, 1]);
      await it.open(options.runs);
      assertEquals(await hashesIn(it.outside(options.runs)), {});
      assertEquals(errorOf((await ranRun({ experiment: everything, options }, it)).told), null);
      return await outcomeIn(it.outside(options.runs));
    });
  });

  Deno.test(`${name} in the middle of training: the last checkpoint is kept, and the run goes on from it`, async () => {
    const fault = `${name}, in training`;
    const found = await way();
    if (typeof found === "string") return impossible(fault, found);
    await using it = found;
    await suffer(reference(everything), async (happened) => {
      const options = where(fault, { checkpointSeconds: 0 });
      const given = { experiment: everything, options };
      let folder: string;
      {
        await using child = startRun(given, it);
        assert(await child.until((told) => told.kind === "step" && told.row.step === 7) !== null);
        folder = await runIn(options.runs);
        for (const each of [join(folder, "checkpoints"), folder]) await it.close(each);
        happened(fault);
        const { code, err } = await child.ended;
        assertEquals([code, err], [1, ""]);
        const message = errorOf(child.told())!;
        assert(it.refusal.test(message) && /that of step \d+ is kept.*make the folder writable/.test(message), message);
      }
      const kept = await newestState(it.outside(folder));
      const again = errorOf((await ranRun(given, it)).told)!;
      assert(it.refusal.test(again) && /make the folder writable/.test(again), again);
      for (const each of [folder, join(folder, "checkpoints")]) await it.open(each);
      const { told } = await ranRun(given, it);
      assertEquals(errorOf(told), null);
      const start = told[0];
      assert(start.kind === "start" && start.step === kept, Deno.inspect(start));
      return await outcomeIn(it.outside(options.runs));
    });
  });
}

/** The folder is mounted over itself, read-only. */
async function byMount(): Promise<Way | string> {
  const sandbox = await openSandbox();
  if (typeof sandbox === "string") return sandbox;
  return {
    ...sandbox,
    refusal: /Read-only file system/,
    close: (folder) => sandbox.shell(`mount --bind '${folder}' '${folder}'; mount -o remount,bind,ro '${folder}'`),
    open: (folder) => sandbox.shell(`umount '${folder}'`),
  };
}

/** The folder's owner may not write; to root that matters once it has laid down the right to pass over rights. */
async function byRights(): Promise<Way | string> {
  const under = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
  const trial = await Deno.makeTempDir({ dir: place });
  await Deno.chmod(trial, 0o555);
  const { code, err } = await ran([...under, "touch", join(trial, "file")]).catch((error: Error) => ({
    code: 0,
    err: error.message,
  }));
  if (code === 0 || !err.includes("ermission denied")) return `rights do not hold this user back (${err.trim()})`;
  return {
    under,
    refusal: /Permission denied/,
    outside: (path) => path,
    close: (folder) => Deno.chmod(folder, 0o555),
    open: (folder) => Deno.chmod(folder, 0o755),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
