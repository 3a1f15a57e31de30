/** Two processes on one run, and what a dead one leaves of its lock. */
import { join } from "node:path";
import { derive } from "../../lib/experiment.ts";
import { assert, assertEquals } from "../assert.ts";
import { errorOf, noticesOf, ranRun, startRun } from "./children.ts";
import { everything } from "./experiments.ts";
import { suffer } from "./tally.ts";
import { outcomeIn, reference, runIn, where } from "./world.ts";

/** So long that a second process is there before it is done. */
const lasting = derive(everything, { name: "lasting", epochs: 40 });

Deno.test("a second process on a run is refused with the first one's id and host, and the first goes on", async () => {
  await suffer(reference(lasting), async (happened) => {
    const options = where("two processes");
    await using first = startRun({ experiment: lasting, options });
    assert(await first.until((told) => told.kind === "step") !== null);
    // the first stands still for as long as the second tries, so that it cannot be done before
    first.kill("SIGSTOP");
    for (const fresh of [false, true]) {
      const { code, told } = await ranRun({ experiment: lasting, options: { ...options, fresh } });
      happened("two processes on one run");
      const message = errorOf(told)!;
      assert(message.includes(`process ${first.pid} on "${Deno.hostname()}" since `), message);
      assert(message.includes("wait for it, or end it with: "), message);
      assertEquals([code, told.length], [1, 1]);
    }
    first.kill("SIGCONT");
    assertEquals((await first.ended).code, 0);
    return await outcomeIn(options.runs);
  });
});

Deno.test("a lock left by a killed process, or with nonsense in it, is taken without a word", async () => {
  await suffer(reference(everything), async (happened) => {
    const options = where("stale lock", { checkpointSeconds: 0 });
    const given = { experiment: everything, options };
    const nonsense = [
      null,
      "",
      '{"pid": 1, "host": "elsewhere", "since": "2026-01-01T00:00:00.000Z"}',
      "\0{[[nonsense",
    ];
    for (const [i, text] of nonsense.entries()) {
      await using child = startRun(given);
      assert(await child.until((told) => told.kind === "step" && told.row.step > 3 * i) !== null);
      child.kill("SIGKILL");
      await child.ended;
      assertEquals(noticesOf(child.told()), []);
      const file = join(await runIn(options.runs), "lock.json");
      assert((await Deno.stat(file)).isFile, "a killed process leaves its lock file");
      if (text !== null) await Deno.writeTextFile(file, text);
      happened(text === null ? "lock of a killed process" : "lock file of nonsense");
    }
    const { told } = await ranRun(given);
    assertEquals([errorOf(told), noticesOf(told)], [null, []]);
    return await outcomeIn(options.runs);
  });
});
