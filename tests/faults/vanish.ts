/** Data that is gone in the middle of training. */
import { assert, assertEquals } from "../assert.ts";
import { errorOf, ranRun, startRun } from "./children.ts";
import { trainingPicture } from "./command.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { copyFolder, data, newestState, outcomeIn, place, reference, runIn, where } from "./world.ts";

const ways: Readonly<Record<string, (file: string) => Promise<void>>> = {
  deleted: (file) => Deno.remove(file),
  "cut short": (file) => Deno.truncate(file, 100),
};

for (const [how, spoil] of Object.entries(ways)) {
  Deno.test(`a picture that is ${how} in training is named, and with it back the run ends as if it never was`, async () => {
    await suffer(reference(everything), async (happened) => {
      const own = `${place}/data ${how}`;
      await copyFolder(data, own);
      const file = await trainingPicture(own);
      const bytes = await Deno.readFile(file);
      const options = where(`picture ${how}`, { data: own });
      {
        await using child = startRun({ experiment: everything, options });
        assert(await child.until((told) => told.kind === "step" && told.row.step === 3) !== null);
        await spoil(file);
        happened(`picture ${how} in training`);
        assertEquals((await child.ended).code, 1);
        const message = errorOf(child.told())!;
        assert(message.includes(file), message);
        const last = child.told().findLast((told) => told.kind === "step");
        assert(last?.kind === "step" && last.row.step === await newestState(await runIn(options.runs)));
      }
      await Deno.writeFile(file, bytes);
      const { told } = await ranRun({ experiment: everything, options });
      assertEquals(errorOf(told), null);
      const [start] = told;
      assert(start.kind === "start" && start.step > 0, Deno.inspect(start));
      return await outcomeIn(options.runs);
    });
  });
}
