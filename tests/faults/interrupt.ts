/** Ctrl-C and its kin, sent to the command line. */
import { derive } from "../../lib/experiment.ts";
import { readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { start } from "./children.ts";
import { ran, reaches, runCommand, stepsIn, trainingPicture } from "./command.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { copyFolder, data, newestState, outcomeIn, place, reference, runIn, where } from "./world.ts";

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

Deno.test("a second Ctrl-C ends a run that hangs at once, and it goes on from its last checkpoint", async () => {
  const own = `${place}/hanging-data`;
  await copyFolder(data, own);
  const options = where("interrupted twice", { data: own });
  const command = await runCommand(patient, options);
  await suffer(reference(patient), async (happened) => {
    const file = await trainingPicture(own);
    const picture = await Deno.readFile(file);
    {
      await using child = start(command, { group: true });
      await reaches(1, child, options.runs);
      await Deno.remove(file);
      assertEquals((await ran(["mkfifo", file])).code, 0); // a file that never comes, as from a server that is gone
      const pipe = Deno.open(file, { write: true }); // resolves when the run waits for it
      const hangs = await Promise.race([pipe.then(() => true), child.ended.then(() => false)]);
      if (!hangs) (await Deno.open(file, { read: true })).close(); // frees the pipe's other end
      using _ = await pipe;
      assert(hangs, "the run ended before it came to the picture");
      Deno.kill(-child.pid, "SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert(!child.over, "it hangs, and does not heed the first");
      Deno.kill(-child.pid, "SIGINT");
      const { code, err } = await child.ended;
      happened("Ctrl-C twice");
      assertEquals(code, 130);
      assert(/Ended at once\. The checkpoint is kept in/.test(err), err);
    }
    await Deno.remove(file);
    await Deno.writeFile(file, picture);
    const { code, err } = await ran(command);
    assertEquals(code, 0, err);
    return await outcomeIn(options.runs);
  });
});
