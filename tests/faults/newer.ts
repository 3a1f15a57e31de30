/** What a newer version wrote, as one meets it who works on two machines. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fromJson, toJson } from "../../lib/runs/record.ts";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, ranRun } from "./children.ts";
import { ran, runCommand } from "./command.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { hashesIn, newestState, outcomeIn, reference, runIn, where } from "./world.ts";

const given = (runs: string) => ({ experiment: everything, options: { ...where(runs), checkpointSeconds: 0 } });

Deno.test("a definition in a newer form is refused with its version, and nothing is written", async () => {
  await suffer(reference(everything), async (happened) => {
    const options = where("newer definition");
    const newer = { ...everything, format: 2, purpose: "known to the newer version alone" };
    const { code, err } = await ran(await runCommand(newer, options));
    happened("definition of a newer format");
    assert(/Cannot read the definition "everything": it has format 2, expected 1 or older/.test(err), err);
    assert(/A newer Counterproof wrote it; update this one/.test(err), err);
    assertEquals([code, await hashesIn(options.runs)], [1, {}]);
    const end = await ran(await runCommand(everything, options));
    assertEquals(end.code, 0, end.err);
    return await outcomeIn(options.runs);
  });
});

Deno.test("a checkpoint in a newer form is refused with its version, and nothing is touched", async () => {
  await suffer(reference(everything), async (happened) => {
    const { runs } = where("newer checkpoint");
    await ranRun({ ...given("newer checkpoint"), stopAfter: 7 });
    const folder = await runIn(runs);
    const file = join(folder, "checkpoints", `step-${await newestState(folder)}.json`);
    const { sha256: _, ...stored } = fromJson(await Deno.readTextFile(file)) as Record<string, unknown>;
    const newer = { ...stored, format: 2 };
    await refused(file, toJson({ sha256: createHash("sha256").update(toJson(newer)).digest("hex"), ...newer }), {
      ...{ runs, message: /Cannot read the checkpoint ".*": it has format 2, expected 1 or older/ },
      happened: () => happened("checkpoint of a newer format"),
    });
    assertEquals(errorOf((await ranRun(given("newer checkpoint"))).told), null);
    return await outcomeIn(runs);
  });
});

Deno.test("a record in a newer form is refused with its version, and nothing is touched", async () => {
  await suffer(reference(everything), async (happened) => {
    const { runs } = where("newer record");
    for (const stopAfter of [7, undefined]) { // one of a run that is not done, and one of one that is
      await ranRun({ ...given("newer record"), stopAfter });
      const file = join(await runIn(runs), "record.json");
      const newer = { ...fromJson(await Deno.readTextFile(file)) as object, format: 4 };
      await refused(file, toJson(newer), {
        ...{ runs, message: /Cannot read ".*record\.json": it has format 4, expected 3 or older/ },
        happened: () => happened("record of a newer format"),
      });
    }
    return await outcomeIn(runs);
  });
});

/** Puts a newer version's text into a file, sees that the run is refused and left alone, and puts the file back. */
async function refused(
  file: string,
  text: string,
  { runs, message, happened }: { runs: string; message: RegExp; happened: () => void },
): Promise<void> {
  const ours = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text);
  const before = await hashesIn(runs);
  const { code, told } = await ranRun({ experiment: everything, options: { ...where(""), runs } });
  happened();
  const error = errorOf(told)!;
  assert(message.test(error) && /A newer Counterproof wrote it; update this one/.test(error), error);
  assertEquals([code, await hashesIn(runs)], [1, before]);
  await Deno.writeTextFile(file, ours);
}
