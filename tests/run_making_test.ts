import { fileURLToPath } from "node:url";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { memory } from "../lib/engine/ops.ts";
import { evaluate, evaluateEvents } from "../lib/evaluate_run.ts";
import { derive } from "../lib/experiment.ts";
import { artifactFolder } from "../lib/reconstruct/artifacts.ts";
import { ddim, inpainting, residual } from "../lib/reconstruct/mod.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { plainRecipe, writeMakingWorld } from "./making_world.ts";
import { testBackend } from "./tensors.ts";

const data = await Deno.makeTempDir();
await writeMakingWorld(data);
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(data, { recursive: true });
});

const pipelines = fileURLToPath(new URL("./golden/pipelines", import.meta.url));
const options = (runs: string): RunOptions => {
  return { runs: `${data}/${runs}`, artifacts: `${data}/artifacts`, data, backend: testBackend };
};
const painted = derive(plainRecipe, {
  name: "painted",
  reconstruct: inpainting({ model: "tiny-sd-inpaint", steps: 2, of: "real" }),
  batch: { size: 9 },
});

Deno.test("a run makes the reconstructions that it lacks, says so, goes on after a stop, and finds them the next time", async () => {
  const missing = await assertRejects(() => run(painted, options("a")), Deno.errors.NotFound, "12 of 12 samples");
  assert(missing.message.includes("pipelines of run(), --pipelines DIR or PIPELINES"), missing.message);
  assert(
    missing.message.includes("--method inpainting --steps 2 --guidance 7.5 --seed 2023 --pipeline DIR/tiny-sd-inpaint"),
    missing.message,
  );
  const wrong = { ...options("a"), pipelines: data };
  await assertRejects(() => run(painted, wrong), Deno.errors.NotFound, 'there is no pipeline "tiny-sd-inpaint"');

  const before = memory().numTensors;
  const controller = new AbortController();
  const stopped = async () => {
    for await (const event of events(painted, { ...options("a"), pipelines, signal: controller.signal })) {
      if (event.kind === "making" && event.done === 3) controller.abort();
    }
  };
  await assertRejects(stopped, DOMException, "aborted");
  const kinds = new Map<string, number>();
  let found = 0;
  for await (const event of events(painted, { ...options("a"), pipelines })) {
    kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
    if (event.kind === "making") found = event.found;
    if (event.kind !== "done") continue;
    const { status, environment: { hashes } } = event.record;
    assertEquals([status, hashes[artifactFolder(painted.reconstruct!)].length], ["done", 64]);
  }
  assert(found >= 3 && found < 12, `${found}`);
  assertEquals([...kinds.keys()].slice(0, 3), ["making", "notice", "start"]);
  assertEquals([kinds.get("making")! > 12 - found, memory().numTensors], [true, before]);
  // without pipelines, and without anything to do
  const again = await Array.fromAsync(events(painted, options("a")), ({ kind }) => kind);
  assertEquals(again, ["done"]);
});

Deno.test("a run on residuals lists what they cannot be made of, and is evaluated as it was trained", async () => {
  const world = `${data}/world`;
  await writeMakingWorld(world);
  await Deno.writeTextFile(`${world}/fakes/05.png`, "no picture");
  const dire = derive(plainRecipe, {
    name: "dire",
    data: { maxSkipped: 0.05 },
    reconstruct: residual({ of: ddim({ model: "tiny-sd", steps: 2 }) }),
  });
  const here = { ...options("b"), data: world, artifacts: `${world}/artifacts` };
  const record = await run(dire, { ...here, pipelines });
  assertEquals([record.status, record.scores.id[0]], ["done", "photographs/00.png"]);
  assertEquals(
    record.unreadable.map(({ id, split, reason }) => [id, split, reason.slice(0, 13)]),
    ["train", "validation", "test"].map((split) => ["fakes/05.png", split, "Cannot decode"]),
  );
  const evaluation = await evaluate(record, here);
  assertEquals([evaluation.agreement?.largest, evaluation.unreadable.length], [0, 1]);

  const bare = { ...here, artifacts: `${data}/none` };
  await assertRejects(() => evaluate(record, bare), Deno.errors.NotFound, "Cannot find the residuals of 23 of 23");
  const kinds = new Set<string>();
  for await (const event of evaluateEvents(record, { ...bare, pipelines })) {
    kinds.add(event.kind);
    if (event.kind === "done") assertEquals(event.evaluation.agreement?.largest, 0);
  }
  assertEquals([...kinds], ["making", "notice", "start", "evaluate", "done"]);
});
