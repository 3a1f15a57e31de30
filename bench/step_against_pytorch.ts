// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Time of one training step of the pocket detector against PyTorch's, in alternating steps.
 *
 *     deno task bench:pytorch [--backend wasm] [--threads 1] [--rounds 20]
 *
 * Needs Python with PyTorch; the environment variable PYTHON names the interpreter (default python3).
 * Both sides do one step in turn and report their own wall time, so that a busy machine slows both alike; the
 * median of the ratios of neighbouring steps is what to quote.
 */
import { parseArgs } from "@std/cli";
import { methods } from "../experiments/pocket.ts";
import { type BackendName, closeBackend, useBackend } from "../lib/engine/backend.ts";
import { tensor, type Tensor1D, type Tensor4D } from "../lib/engine/ops.ts";
import { initModel } from "../lib/models/model.ts";
import { optimizers } from "../lib/optimizers/mod.ts";
import { random } from "../lib/random.ts";
import { readLoss, stepper, type Weights } from "../lib/train/step.ts";

const options = parseArgs(Deno.args, {
  string: ["backend", "threads", "rounds"],
  default: { backend: "wasm", threads: "1", rounds: "20" },
});
const threads = Number(options.threads), rounds = Number(options.rounds);
const rows = 64, side = 64, warmUp = 5;

const { name } = await useBackend(options.backend as BackendName, { threads });
const experiment = methods.plain();
const stream = random(1, "step");
const values = Float32Array.from({ length: rows * side * side * 3 }, () => 2 * stream.uniform() - 1);
const images = tensor(values, [rows, side, side, 3]) as Tensor4D;
const labels = tensor(Float32Array.from({ length: rows }, (_, i) => i < rows / 2 ? 0 : 1)) as Tensor1D;
const batch = {
  ids: [],
  images,
  labels,
  groups: { real: rows / 2, fake: rows / 2, realRec: 0, fakeRec: 0 },
  [Symbol.dispose]() {},
};
const params = await initModel(experiment.model, (name) => random(1, name));
let weights: Weights = { params, state: optimizers[experiment.optimizer.kind].init(experiment.optimizer, params) };

const steps = stepper(experiment);
let step = 0;
async function ours(): Promise<number> {
  const start = performance.now();
  const { value, ...next } = steps.take(weights, { batch, rate: 2e-3, step: ++step });
  await readLoss(value);
  weights = next;
  return performance.now() - start;
}

const child = new Deno.Command(Deno.env.get("PYTHON") ?? "python3", {
  args: [new URL("./peers/convnext_step.py", import.meta.url).pathname, String(threads)],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const ask = child.stdin.getWriter();
const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
let heard = "";
async function line(): Promise<string> {
  while (!heard.includes("\n")) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Cannot go on: PyTorch's side ended; expected Python with PyTorch, PYTHON names it`);
    heard += value;
  }
  const [first, ...rest] = heard.split("\n");
  heard = rest.join("\n");
  return first;
}
async function theirs(): Promise<number> {
  await ask.write(new TextEncoder().encode("step\n"));
  return Number((await line()).split(" ")[0]);
}

const hello = await line();
for (let i = 0; i < warmUp; i++) await ours(), await theirs();
const times: { ours: number; theirs: number }[] = [];
for (let i = 0; i < rounds; i++) times.push({ ours: await ours(), theirs: await theirs() });
await ask.close();
await child.status;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (title: string, values: readonly number[], unit: string) =>
  `${title.padEnd(22)} median ${median(values).toFixed(2)} ${unit}, least ${Math.min(...values).toFixed(2)}`;
console.log(`${threads} thread(s), ${rows} rows of ${side}×${side}, ${rounds} alternating steps; PyTorch: ${hello}`);
console.log(row(`counterproof (${name})`, times.map((t) => t.ours), "ms"));
console.log(row("PyTorch", times.map((t) => t.theirs), "ms"));
console.log(row("ratio", times.map((t) => t.ours / t.theirs), "×"));
steps[Symbol.dispose]();
closeBackend();
