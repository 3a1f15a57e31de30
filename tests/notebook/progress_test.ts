import { fileURLToPath } from "node:url";
import { methods as pocket } from "../../experiments/pocket.ts";
import { derive } from "../../lib/experiment.ts";
import { showProgress } from "../../lib/notebook/progress.ts";
import type { RunEvent } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { type MadeUp, madeUpEvents, madeUpRecord } from "./events.ts";

/** Shows a run in which every event takes so many seconds; what was shown, what was passed on, what was thrown. */
async function watch(run: MadeUp, { seconds, signal }: { seconds: number; signal?: AbortSignal }) {
  const shown: { html: string; text: string; at: number }[] = [];
  const passed: RunEvent[] = [];
  let time = 0;
  const output = {
    show: (bundle: Readonly<Record<string, string>>): Promise<void> => {
      shown.push({ html: bundle["text/html"], text: bundle["text/plain"], at: time });
      return Promise.resolve();
    },
  };
  const before = (): void => {
    time += seconds;
  };
  const start = (signal: AbortSignal) => madeUpEvents({ before, ...run, signal });
  let thrown: unknown = null;
  try {
    for await (const event of showProgress(start, { output, now: () => time, signal })) passed.push(event);
  } catch (error) {
    thrown = error;
  }
  return { shown, passed, thrown };
}

Deno.test("showProgress() passes on every event, and shows step, terms and time left", async () => {
  const { shown, passed } = await watch({ steps: 20 }, { seconds: 1 });
  assertEquals(passed.map(({ kind }) => kind).slice(-4), ["evaluate", "evaluate", "probe", "done"]);
  assertEquals(passed.length, 1 + 20 + 3 + 1);
  assertEquals(shown[0].text, "dual: reading the first batch · 0 %");
  // half of the steps are 44 % of the work, which took a second for each
  assertEquals(shown[10].text, "dual: step 10 of 20, 1.0 steps/s, 11 s left · 47 %, total 0.586, classification 0.293");
  assert(shown[10].html.includes("<polyline") && shown[10].html.includes("width:47.6%"), shown[10].html);
  assert(shown[21].text.startsWith("dual: scoring the test sets, 50 of 100 images"), shown[21].text);
  assert(/^dual: measuring trivial cues, 5 of 10 images, .* · 99 %/.test(shown[23].text), shown[23].text);
});

Deno.test("showProgress() shows at most ten states a second, and always the last", async () => {
  const { shown } = await watch({ steps: 1000 }, { seconds: 0.001 });
  assert(shown.length >= 10 && shown.length <= 12, `${shown.length} states in a second`);
  for (let i = 1; i < shown.length - 1; i++) assert(shown[i].at - shown[i - 1].at >= 0.1 - 1e-9);
  assert(shown.at(-1)!.text.startsWith("dual: done, 1000 steps in"), shown.at(-1)!.text);
});

Deno.test("the last state keeps the curve as a picture, which needs neither scripts nor trust", async () => {
  const { shown } = await watch({ steps: 20 }, { seconds: 1 });
  const { html } = shown.at(-1)!;
  assert(html.includes('src="data:image/svg+xml;base64,') && !html.includes("<svg"), html);
});

Deno.test("a run that is found finished shows the same curve, and says that it was found", async () => {
  const record = madeUpRecord(20);
  const shown: string[] = [];
  const output = {
    show: (bundle: Readonly<Record<string, string>>) => Promise.resolve(void shown.push(bundle["text/html"])),
  };
  const found = async function* (): AsyncGenerator<RunEvent> {
    yield await Promise.resolve({ kind: "done", record });
  };
  for await (const event of showProgress(found, { output })) assertEquals(event.kind, "done");
  assertEquals(shown.length, 1);
  assert(shown[0].includes("done, 20 steps in 2 min 05 s (found finished)"), shown[0]);
  const worked = (await watch({ steps: 20 }, { seconds: 1 })).shown.at(-1)!.html;
  assertEquals(shown[0].replace(" (found finished)", ""), worked);
});

Deno.test("a run that goes on from a checkpoint does not spoil the time left", async () => {
  const { shown } = await watch({ steps: 100, from: 91 }, { seconds: 1 });
  const states = shown.map(({ text }) => /step (\d+) of 100, .* (\d+) s left/.exec(text)).filter((one) => one !== null);
  for (const [, step, left] of states) assert(Number(left) <= 100 - Number(step) + 14, `${left} s at step ${step}`);
  assert(states.length > 0);
});

Deno.test("showProgress() tells where a run goes on, what should be known, and the last validation", async () => {
  const shown: Readonly<Record<string, string>>[] = [];
  const output = { show: (bundle: Readonly<Record<string, string>>) => Promise.resolve(void shown.push(bundle)) };
  const nonfinite = { step: 97, epoch: 1, loss: { total: NaN }, ids: ["<b>"] };
  const noticed = async function* (): AsyncGenerator<RunEvent> {
    for await (const event of madeUpEvents({ steps: 100, from: 91 })) {
      yield event;
      if (event.kind !== "step" || event.row.step !== 96) continue;
      yield { kind: "notice", text: "The last checkpoint was damaged" };
      yield { kind: "nonfinite", row: nonfinite, skipped: true };
      const row = { step: 96, validation: { auc: 0.5, accuracy: 0.75 }, distances: null };
      yield { kind: "validation", epoch: 1, row };
    }
  };
  const experiment = derive(pocket.dual(), { select: { metric: "accuracy" } });
  let time = 0;
  for await (const _ of showProgress(noticed, { output, now: () => time++, experiment }));
  const last = shown.at(-1)!;
  assertEquals(last["text/plain"].split("\n").slice(1), [
    "dual: goes on from step 90 of 100",
    "dual: The last checkpoint was damaged",
    'dual, step 97 left out: not finite (loss NaN), its batch held "<b>"',
  ]);
  assert(
    last["text/html"].includes("validation accuracy 0.750"),
    last["text/html"],
  );
  assert(last["text/html"].includes("its batch held &#34;&#60;b&#62;&#34;"), last["text/html"]);
  assert(shown.some((one) => /\d images\/s/.test(one["text/plain"])));
});

Deno.test("a run that fails shows where, and its error stays the one it was", async () => {
  const failure = new Error("Cannot train: the loss is NaN");
  const { shown, thrown } = await watch({ steps: 5, failure }, { seconds: 1 });
  assert(thrown === failure);
  assert(shown.at(-1)!.text.startsWith("dual: failed after step 5 of 5"), shown.at(-1)!.text);
});

Deno.test("a signal stops the run as an interrupt does, with a sentence on how to go on", async () => {
  const controller = new AbortController();
  let steps = 0;
  const before = (): void => {
    if (++steps === 3) controller.abort();
  };
  const { shown, thrown } = await watch({ steps: 9, before }, { seconds: 1, signal: controller.signal });
  assert(thrown instanceof DOMException && thrown.name === "AbortError", String(thrown));
  const sentence = "dual: stopped after step 3 of 9. The checkpoint is kept, run the cell again to go on";
  assertEquals([thrown.message, thrown.stack], [sentence, `AbortError: ${sentence}`]);
  assert(shown.at(-1)!.text.startsWith("dual: stopped after step 3 of 9"), shown.at(-1)!.text);
});

Deno.test("a detached run is left by a signal, with its own sentence on how to find it again", async () => {
  const leaver = new AbortController();
  const goesOn = "dual goes on in process 7";
  const start = async function* (): AsyncGenerator<RunEvent> {
    yield {
      kind: "start",
      name: "dual",
      id: "1",
      step: 40,
      steps: 90,
      images: { step: 12, test: 24, probe: 12 },
      epochs: 3,
    };
    leaver.abort();
    await Promise.reject(new DOMException(goesOn, "AbortError"));
  };
  const shown: string[] = [];
  const output = {
    show: (bundle: Readonly<Record<string, string>>) => Promise.resolve(void shown.push(bundle["text/plain"])),
  };
  const error = await assertRejects(async () => {
    for await (const _ of showProgress(start, { output, detached: true, signal: leaver.signal }));
  }, DOMException);
  assertEquals([error.message, error.stack], [goesOn, `AbortError: ${goesOn}`]);
  assert(shown.at(-1)!.startsWith("dual: left after step 40 of 90"), shown.at(-1)!);
});

Deno.test("Jupyter's interrupt stops the run, and the process lives on", async () => {
  const program = fileURLToPath(new URL("./interrupted.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", program], stdout: "piped" }).spawn();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let interrupted = false;;) {
    const { done, value } = await out.read();
    if (done) break;
    text += value;
    if (!interrupted && text.includes("step")) {
      child.kill("SIGINT");
      interrupted = true;
    }
  }
  assertEquals((await child.status).code, 0);
  assert(/\nAbortError: dual: stopped after step \d+ of 500\. The checkpoint is kept[^\n]*\n$/.test(text), text);
});

Deno.test("showProgress() shows what is made before the run, with a time left of its own, and keeps it when it is stopped", async () => {
  let time = 0;
  const shown: string[] = [];
  const output = {
    show: (bundle: Readonly<Record<string, string>>) => Promise.resolve(void shown.push(bundle["text/plain"])),
  };
  async function* making(signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    for (let done = 20; done <= 30; done++) {
      yield { kind: "making", name: "dual", part: "vae", done, total: 50, found: 20 };
      time++;
      signal.throwIfAborted();
    }
    yield* madeUpEvents({ steps: 20, signal });
  }
  for await (const _ of showProgress(making, { output, now: () => time })) { /* to its end */ }
  assertEquals(shown[0], "dual: vae, 20 of 50 images · 40 %");
  assertEquals(shown[10], "dual: vae, 30 of 50 images, 1.0 images/s, 20 s left · 60 %");
  assert(shown.some((text) => text.startsWith("dual: step ") || text.startsWith("dual: reading")), shown.join("\n"));

  const controller = new AbortController();
  const stopped = async () => {
    for await (const event of showProgress(making, { output, now: () => time, signal: controller.signal })) {
      if (event.kind === "making" && event.done === 25) controller.abort();
    }
  };
  await assertRejects(
    stopped,
    DOMException,
    "dual: stopped after vae, 25 of 50 images, 1.0 images/s. What is made is kept",
  );
});
