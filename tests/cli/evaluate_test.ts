import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTestSets } from "../../lib/cli/evaluate.ts";
import { evaluationDocument, findings } from "../../lib/cli/evaluate_text.ts";
import { UsageError } from "../../lib/cli/command.ts";
import type { Evaluation } from "../../lib/evaluate_run.ts";
import { genImage, pocket } from "../../lib/layouts/mod.ts";
import { run } from "../../lib/run.ts";
import { findFolder, readRecord, writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { syntheticRecord } from "../report/records.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { testBackend } from "../tensors.ts";
import { closeBackend } from "../../lib/engine/backend.ts";
import { counterproof } from "./command_line.ts";

const world = await Deno.makeTempDir();
const runs = join(world, "runs");
await writeTinyWorld(world);
const record = await run(tinyDual({ epochs: 1 }), { runs, data: world, backend: testBackend });
const folder = (await findFolder(runs, record.id))!;
const layouts = new URL("../../lib/layouts/mod.ts", import.meta.url);
const further = join(world, "further.ts");
await Deno.writeTextFile(
  further,
  `import { genImage, pocket } from "${layouts}";
  export default genImage({ generators: ["biggan"], reconstructions: "inpainting", limit: { perClass: 4, seed: 1 } });
  export const both = [pocket(), () => pocket({ limit: { perClass: 2, seed: 1 } })];
  export const small = pocket({ limit: { perClass: 2, seed: 1 } });
  export const large = pocket();
  export const wrong = [pocket(), 5];
  export const none = [];`,
);
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(world, { recursive: true });
});
const common = ["--runs", runs, "--data", world, "--backend", testBackend];

Deno.test("evaluate says whether a checkpoint still says what its record says", async () => {
  const same = await counterproof(["evaluate", "tiny dual", ...common]);
  assertEquals(same.code, 0, same.err);
  assert(same.out.includes('48 scores of "biggan", "sd14" to the last bit'), same.out);
  assert(/sd14 \(trained\) +\d+\.\d \[/.test(same.out), same.out);
  await writeRecord(folder, { ...record, metrics: { ...record.metrics, sd14: { accuracy: 0.125 } } });
  try {
    const other = await counterproof(["evaluate", folder, "--json", ...common]);
    assertEquals(other.code, 1, other.err);
    assertEquals(JSON.parse(other.out).agreement.accuracyEqual, false);
  } finally {
    await writeRecord(folder, record);
  }
});

Deno.test("evaluate adds the test sets of a file to the record, and not with --dry", async () => {
  const asked = ["evaluate", record.id.slice(0, 12), further, "small", "--dry", "--workers", "1", ...common];
  const dry = await counterproof(asked);
  assertEquals(dry.code, 0, dry.err);
  assert(dry.out.includes("Its record was left as it is") && dry.out.includes("pixel-ddpm"), dry.out);
  assertEquals(await readRecord(folder), record);
  const taken = await counterproof(["evaluate", "tiny dual", further, "small", ...common]);
  assert(/Its record has "gan-transposed", .* now/.test(taken.out), taken.out + taken.err);
  const grown = await readRecord(folder);
  assert(grown.metrics["pixel-ddpm"] !== undefined && grown.scores.id.length === 48 + 8 * 4);
  const compared = await counterproof(["compare", "tiny dual", "--runs", runs]);
  assert(compared.code === 0 && compared.out.includes("pixel-ddpm"), compared.out + compared.err);
  const refused = await counterproof(["evaluate", "tiny dual", further, ...common]);
  assertEquals([refused.code, refused.out], [1, ""]);
  assert(refused.err.includes("holds 8 images, its record's of that name 24"), refused.err);
  await writeRecord(folder, record);
});

Deno.test("evaluate does to images what it is told, keeps the scores, and does not score again what it has", async () => {
  const asked = ["evaluate", "tiny dual", "--corruptions", "jpeg-50, scale-0.9", "--tiles", "max", ...common];
  const dry = await counterproof([...asked, "--dry"]);
  assert(dry.code === 0 && dry.out.includes("left as it is"), dry.out + dry.err);
  assertEquals(await readRecord(folder), record);
  const first = await counterproof(asked);
  assertEquals(first.code, 0, first.err);
  for (const name of ["nothing", "jpeg-50", "scale-0.9", "tiles-max-16"]) {
    assert(new RegExp(`^${name} +mean of 2 sets +\\d`, "m").test(first.out), first.out);
  }
  assert(first.out.includes("at frozen %") && first.err.includes("144 images on"), first.out + first.err);
  assert(first.out.includes("Its record has the scores under jpeg-50, scale-0.9, tiles-max-16 now"), first.out);
  const again = await counterproof([...asked, "--json"]);
  const { altered, robustness, metrics } = JSON.parse(again.out);
  assertEquals(altered.map(({ name, known }: { name: string; known: boolean }) => [name, known]), [
    ["jpeg-50", true],
    ["scale-0.9", true],
    ["tiles-max-16", true],
  ]);
  assertEquals([robustness.length, metrics], [4 * 3, JSON.parse(JSON.stringify(record.metrics))]);
  const protocols = await counterproof(["evaluate", "tiny dual", "--protocols", ...common]);
  assert(/^jpeg-96 on fakes +mean/m.test(protocols.out) && /^jpeg-96 +mean/m.test(protocols.out), protocols.out);
  await writeRecord(folder, record);
});

Deno.test("evaluate refuses corruptions and squares that are none", async () => {
  const told = async (...options: string[]) => {
    const { code, err } = await counterproof(["evaluate", "tiny dual", ...options, ...common]);
    assertEquals(code, 2, err);
    return err;
  };
  assert((await told("--corruptions", "jpg-50")).includes("the steps are crop, scale, resize, blur, noise, jpeg"));
  assert((await told("--corruptions", ",")).includes("it names nothing"));
  assert((await told("--stride", "8")).includes("expected --tiles mean or max"));
  assert((await told("--tiles", "most")).includes('unknown tiles "most"'));
});

Deno.test({
  name: "Ctrl-C ends an evaluation with 130 and its record as it was, and tells how to go on",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, "evaluate", "tiny dual", further, "large", ...common, "--backend", "cpu"],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let err = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      err += text;
      if (/\d+ images on cpu/.test(err) && !err.includes("Stopping")) child.kill("SIGINT");
    }
    assertEquals((await child.status).code, 130, err);
    assert(err.includes("Go on with: ") && err.includes("evaluate 'tiny dual'"), err);
    assertEquals(await readRecord(folder), record);
  },
});

Deno.test("a file of test sets gives a layout, a list, or what a function returns", async () => {
  assertEquals(await readTestSets(further), [
    genImage({ generators: ["biggan"], reconstructions: "inpainting", limit: { perClass: 4, seed: 1 } }),
  ]);
  assertEquals(await readTestSets(further, "both"), [pocket(), pocket({ limit: { perClass: 2, seed: 1 } })]);
  await assertRejects(() => readTestSets(further, "wrong"), TypeError, '"wrong.1": given 5, expected a layout');
  await assertRejects(() => readTestSets(further, "none"), TypeError, 'exports as "none" is empty');
  await assertRejects(() => readTestSets(further, "smal"), UsageError, 'did you mean "small"?');
  await assertRejects(() => readTestSets(join(world, "furter.ts")), Deno.errors.NotFound, "further.ts");
});

Deno.test("evaluate refuses a run that is not there, and more operands than it knows", async () => {
  await inFolder(async (empty) => {
    const unknown = await counterproof(["evaluate", "dual", "--runs", empty]);
    assertEquals([unknown.code, unknown.out], [2, ""]);
    const many = await counterproof(["evaluate", "a", "b", "c", "d"]);
    assert(many.code === 2 && many.err.includes("expected 0 to 3 operands"), many.err);
    const workers = await counterproof(["evaluate", "dual", "--workers", "two", "--runs", empty]);
    assert(workers.code === 2 && workers.err.includes("expected a whole number from 0 to 256"), workers.err);
  });
});

const captionsWords =
  "Accuracy on 1200 images with captions: 99.00 % with these, 50.00 % when every caption is empty; " +
  "1 image more has no caption";

Deno.test("what an evaluation found is told in sentences", () => {
  const made = syntheticRecord({ name: "dual" });
  const found = (changes: Partial<Evaluation>): Evaluation => ({
    record: { ...made, metrics: { A: { accuracy: 0.75 } } },
    folder: "",
    checkpoint: { epoch: 1, step: 2, checkpoint: "best.safetensors", sha256: null },
    backend: "wasm",
    threads: 1,
    scores: made.scores,
    unreadable: [],
    notices: [],
    altered: [],
    metrics: { A: { accuracy: 0.7 } },
    agreement: null,
    captions: null,
    kept: [],
    ...changes,
  });
  const agreement = { sets: ["A"], rows: 80, largest: 2.4e-7, changedCalls: 0, accuracyEqual: true };
  const same = { A: { accuracy: 0.75 } };
  assertEquals(findings(found({ agreement, metrics: same }), { own: true }), [
    '80 scores of "A" differ from the record\'s by at most 2.4e-7; no image is called otherwise, and the accuracy is ' +
    "the same on every test set",
  ]);
  const [worse, why] = findings(
    found({ agreement: { ...agreement, changedCalls: 1, accuracyEqual: false }, backend: "cpu" }),
    { own: true },
  );
  assert(
    worse.endsWith(
      '1 image called otherwise, and the accuracy is not the same: "A" 75.00 % in the record, 70.00 % now',
    ),
  );
  assert(why.includes("made on wasm"));
  const stopped = found({ record: { ...made, status: "stopped" } });
  assertEquals(findings(stopped, {}), ["Nothing was added to its record, since the run is stopped and not done"]);
  assert(findings(stopped, { own: true })[0].includes("no scores to compare with"));
  assertEquals(findings(found({ kept: ["B"] }), {}), ['Its record has "B" now']);
  const altered = ["jpeg-50", "blur-1"].map((name, i) => ({ name, scores: made.scores, metrics: {}, known: i === 1 }));
  assertEquals(findings(found({ altered }), { own: true }), [
    "No threshold is frozen: the run is older than the scores of its validation split. Run it again with --fresh to have one",
    "Its record has the scores under jpeg-50 now",
  ]);
  assertEquals(findings(found({ altered: altered.slice(1), kept: ["B"] }), {}).at(-1), 'Its record has "B" now');
  assertEquals(
    findings(found({ altered: altered.slice(1) }), { own: true }).at(-1),
    "Its record has all of these scores already, and nothing was added",
  );
  const only = (accuracy: number) => ({ A: { accuracy }, mean: { accuracy } });
  const captions = { images: 1200, lacking: 1, given: only(0.99), empty: only(0.5) };
  assertEquals(findings(found({ agreement, metrics: same, captions }), { own: true })[1], captionsWords);
  const bad = (id: string) => ({ id, file: id, split: "test" as const, reason: `Cannot decode "${id}"` });
  assertEquals(findings(found({ kept: ["B"], unreadable: [bad("a"), bad("b")] }), {}), [
    '2 images could not be read and got no score, the first: Cannot decode "a"',
    'Its record has "B" now',
  ]);
  assert(!("scores" in evaluationDocument(stopped, [])));
});
