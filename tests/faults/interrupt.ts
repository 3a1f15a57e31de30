/** Ctrl-C and its kin, sent to the command line. */
import { derive } from "../../lib/experiment.ts";
import { readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { start } from "./children.ts";
import { ran, reaches, runCommand, stepsIn, trainingPicture } from "./command.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { data, newestState, outcomeIn, place, reference, runIn, where } from "./world.ts";

/** Long enough to be interrupted in the midst of it. */
const patient = derive(everything, { name: "patient", epochs: 12 });

for (const [signal, fault] of [["SIGINT", "Ctrl-C"], ["SIGTERM", "SIGTERM"]] as const) {
  Deno.test(`${fault} lets a run keep its place and say how to go on; it ends with 130, and then as if it never was`, async () => {
    const options = where(`interrupted by ${signal}`);
    const command = await runCommand(patient, options);
    await suffer(reference(patient), async (happened) => {
      for (const step of [2, 14]) {
        await using child = start(command, { group: true });
        await reaches(step, child, options.runs);
        Deno.kill(-child.pid, signal); // all that belongs to it, as a terminal does
        const { code, err } = await child.ended;
        happened(fault);
        assertEquals(code, 130);
        assert(/Interrupted\. The checkpoint is kept in ".*"; .*\bgo(es)? on\b/.test(err), err);
        const folder = await runIn(options.runs);
        assertEquals((await readHeader(folder)).status, "stopped");
        assertEquals(await newestState(folder), await stepsIn(options.runs));
      }
      const { code, err } = await ran(command);
      assertEquals(code, 0, err);
      return await outcomeIn(options.runs);
    });
  });
}

/** Code in front of a definition: a picture is never read, as from a server that is gone, once `hangs` is there. */
function hanging(file: string, hangs: string): string {
  return `const read = Deno.readFile;
Deno.readFile = async (path, options) => {
  if (path === ${JSON.stringify(file)} && await Deno.stat(${JSON.stringify(hangs)}).then(() => true, () => false)) {
    Deno.writeTextFileSync(${JSON.stringify(`${hangs}-now`)}, "");
    await new Promise(() => setInterval(() => {}, 1000));
  }
  return await read(path, options);
};
`;
}

Deno.test("a second Ctrl-C ends a run that hangs at once, and it goes on from its last checkpoint", async () => {
  const options = where("interrupted twice");
  const hangs = `${place}/hangs`;
  const command = await runCommand(patient, options, hanging(await trainingPicture(data), hangs));
  await suffer(reference(patient), async (happened) => {
    {
      await using child = start(command, { group: true });
      await reaches(1, child, options.runs);
      await Deno.writeTextFile(hangs, "");
      while (!await Deno.stat(`${hangs}-now`).then(() => true, () => false)) {
        assert(!child.over, "the run ended before it came to the picture");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      Deno.kill(-child.pid, "SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert(!child.over, "it hangs, and does not heed the first");
      Deno.kill(-child.pid, "SIGINT");
      const { code, err } = await child.ended;
      happened("Ctrl-C twice");
      assertEquals(code, 130);
      assert(/Ended at once\. The checkpoint is kept in/.test(err), err);
    }
    await Deno.remove(hangs);
    const { code, err } = await ran(command);
    assertEquals(code, 0, err);
    return await outcomeIn(options.runs);
  });
});
