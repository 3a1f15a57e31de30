import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { evaluate } from "../lib/evaluate_run.ts";
import { derive, type Experiment } from "../lib/experiment.ts";
import { events, type RunOptions } from "../lib/run.ts";
import type { RunEvent, RunRecord } from "../lib/types.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { testBackend } from "./tensors.ts";
import { tinyDual, writeTinyWorld } from "./tiny_world.ts";

const folder = await Deno.makeTempDir();
await writeTinyWorld(folder);
const sd14 = `${folder}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4`;
const broken = [
  `${sd14}/train/ai/crop/008.png`,
  `${sd14}/train/nature/inpainting/007.png`,
  `${sd14}/val/ai/crop/005.png`,
];
const whole = await Promise.all(broken.map((file) => Deno.readFile(file)));
for (const [i, file] of broken.entries()) await Deno.writeFile(file, whole[i].slice(0, i * 40));
await useBackend(testBackend);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
});

const options = (runs: string): RunOptions => ({ runs: `${folder}/${runs}`, data: folder, backend: testBackend });

async function told(of: Experiment, given: RunOptions): Promise<{ record: RunRecord; notices: string[] }> {
  const said: RunEvent[] = await Array.fromAsync(events(of, given));
  const last = said.at(-1)!;
  assert(last.kind === "done");
  return { record: last.record, notices: said.flatMap((event) => event.kind === "notice" ? [event.text] : []) };
}

Deno.test("run() passes over what cannot be read, lists it, and ends alike with any number of workers", async () => {
  const lenient = derive(tinyDual(), { data: { maxSkipped: 0.1 } });
  const { record, notices } = await told(lenient, { ...options("alone"), workers: 0 });
  const listed = record.unreadable.map(({ split, file }) => `${split} ${file}`).sort();
  assertEquals(listed, [`test ${broken[2]}`, `train ${broken[0]}`, `train ${broken[1]}`]);
  assert(record.unreadable.every(({ id, reason }) => id !== "" && reason.startsWith("Cannot decode")));
  assertEquals(notices.length, 2, notices.join("\n")); // the first of each split
  assertEquals(record.scores.id.length, 47);
  assertEquals(record.probe!.id, record.scores.id);

  const beside = await told(lenient, { ...options("beside"), workers: 2 });
  assertEquals(beside.record.steps, record.steps);
  assertEquals(beside.record.scores, record.scores);

  const { agreement, unreadable } = await evaluate(record, options("alone"));
  assertEquals(agreement!.rows, 47);
  // TensorFlow rounds otherwise beside another number of images: here the one that is known to be unreadable is left out
  const most = testBackend === "tensorflow" ? 1e-6 : 0;
  assert(agreement!.largest <= most, `${agreement!.largest}`);
  assertEquals(unreadable.map(({ file }) => file), [broken[2]]);
});

Deno.test("run() fails when more cannot be read than the definition allows, and goes on once that is mended", async () => {
  const error = await assertRejects(() => told(tinyDual(), options("strict")), Error, "train images cannot be read");
  assert(/more than the 1 % that "data\.maxSkipped" allows/.test(error.message), error.message);
  for (const [i, file] of broken.entries()) await Deno.writeFile(file, whole[i]);
  const { record } = await told(tinyDual(), options("strict"));
  assertEquals(record.status, "done");
  assertEquals(record.scores.id.length, 48);
});
