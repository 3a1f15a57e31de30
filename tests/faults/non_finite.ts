/** Losses and gradients that are not finite, out of real pictures. */
import { join } from "node:path";
import { openSafetensors } from "../../lib/engine/safetensors.ts";
import { derive } from "../../lib/experiment.ts";
import { readEvents } from "../../lib/runs/event_log.ts";
import { readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, ranRun, startRun } from "./children.ts";
import { ran, runCommand } from "./command.ts";
import { careful, everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { newestState, outcomeIn, reference, runIn, where } from "./world.ts";

Deno.test("a run that diverges ends with step, terms and samples, and keeps the last good weights", async () => {
  await suffer(reference(everything), async (happened) => {
    const options = where("diverges");
    const wild = derive(everything, { optimizer: { rate: 1e30 }, clip: null });
    const { code, err } = await ran(await runCommand(wild, options));
    happened("loss that is not finite");
    assertEquals(code, 1);
    const said = /the loss of step (\d+) is not finite \((total .*, classification .*), .*\), its batch is "(.*)"\. /
      .exec(err);
    assert(said !== null, err);
    assert(/NaN|Infinity/.test(said[2]) && said[3].includes("GenImage/"), err);
    assert(/Take a smaller learning rate, or onNaN: "skip"/.test(err), err);

    const folder = await runIn(options.runs);
    const { status, error } = await readHeader(folder);
    assertEquals(status, "failed");
    assert(err.includes(error!), error!);
    const [row] = (await Array.fromAsync(readEvents(folder))).flatMap((each) =>
      each.kind === "nonfinite" ? [each] : []
    );
    assertEquals([row.row.step, row.row.ids.length, row.skipped], [Number(said[1]), 8, false]);
    assertEquals(await newestState(folder), row.row.step - 1);
    using file = openSafetensors(join(folder, "checkpoints", `step-${row.row.step - 1}.safetensors`));
    for (const [name, { data }] of file.tensors) {
      assert(Array.from(data as Float32Array).every(Number.isFinite), `"${name}" is not finite`);
    }
    // what it is told to do: with a smaller rate it is another run, which ends as ever
    await Deno.remove(options.runs, { recursive: true });
    const end = await ran(await runCommand(everything, options));
    assertEquals(end.code, 0, end.err);
    return await outcomeIn(options.runs);
  });
});

Deno.test("steps that are left out are recorded, and stay so when the run is killed among them", async () => {
  const whole = reference(careful);
  const { skipped, steps } = await whole;
  assert(skipped.length >= 2 && steps.length >= 5, `${skipped.length} steps left out, ${steps.length} taken`);
  assertEquals(skipped.length + steps.length, 20);
  for (const { ids } of skipped) assertEquals(ids.length, 8);
  await suffer(whole, async (happened) => {
    const options = where("leaves steps out", { checkpointSeconds: 0 });
    const given = { experiment: careful, options };
    for (const { step } of [skipped[0], skipped.at(-1)!]) {
      await using child = startRun(given);
      assert(await child.until((told) => told.kind === "nonfinite" && told.row.step === step) !== null);
      child.kill("SIGKILL");
      await child.ended;
      happened('kill -9 among steps that onNaN: "skip" leaves out');
    }
    assertEquals(errorOf((await ranRun(given)).told), null);
    return await outcomeIn(options.runs);
  });
});
