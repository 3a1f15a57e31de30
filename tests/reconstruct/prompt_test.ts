import { openPipeline, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import { encodePrompt, type Speaking, zeroPrompt } from "../../lib/reconstruct/prompt.ts";
import type { Values } from "../../lib/reconstruct/values.ts";
import { assertClose, assertEquals, assertRejects } from "../assert.ts";
import { type VocabularyFolder, vocabularyFolder } from "../tokenizer/vocabulary.ts";

/** A pipeline's folder with the same small vocabulary for both encoders; the second pads with "!". */
async function pipelineFolder(): Promise<VocabularyFolder> {
  const made = await vocabularyFolder();
  for (const name of ["tokenizer", "tokenizer_2"]) {
    await Deno.mkdir(`${made.folder}/${name}`);
    for (const file of ["vocab.json", "merges.txt"]) {
      await Deno.copyFile(`${made.folder}/${file}`, `${made.folder}/${name}/${file}`);
    }
  }
  await made.write("tokenizer_2/tokenizer_config.json", '{"pad_token": "!"}');
  return made;
}

const values = (shape: number[], value: (i: number) => number): Values => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)),
});

/** An encoder that says which it is and what it was given: state k of encoder n, value = 100 n + 10 k + token. */
function speaking(folder: string, family: Speaking["info"]["family"], { lacks = "" } = {}) {
  const asked: number[][] = [];
  const pipeline: Speaking = {
    info: { folder, family, contextLength: 5 },
    text(ids, which) {
      asked.push([which, ...ids]);
      const width = which + 1;
      const states = (k: number) => values([1, 5, width], (i) => 100 * which + 10 * k + ids[Math.floor(i / width)]);
      const outputs: Record<string, Values> = {
        last_hidden_state: states(9),
        [which === 1 ? "pooler_output" : "text_embeds"]: values([1, width], () => which),
        ...(family === "sdxl" ? Object.fromEntries([0, 1, 2].map((k) => [`hidden_states.${k}`, states(k)])) : {}),
      };
      const given = Object.entries(outputs).filter(([name]) => lacks === "" || !name.startsWith(lacks));
      return Promise.resolve(Object.fromEntries(given));
    },
  };
  return { pipeline, asked };
}

Deno.test("encodePrompt() takes the last states of SD, once for each text and pipeline", async () => {
  using made = await pipelineFolder();
  const { pipeline, asked } = speaking(made.folder, "sd1");
  const [prompt, again] = await Promise.all([encodePrompt(pipeline, "ab"), encodePrompt(pipeline, "ab")]);
  assertEquals(prompt === again, true);
  assertEquals([prompt.text, prompt.pooled, prompt.states.shape], ["ab", null, [1, 5, 2]]);
  assertEquals([...prompt.states.data], [198, 198, 196, 196, 199, 199, 199, 199, 199, 199]);
  await encodePrompt(pipeline, "");
  await encodePrompt(pipeline, "ab");
  assertEquals(asked, [[1, 8, 6, 9, 9, 9], [1, 8, 9, 9, 9, 9]]);
  const other = speaking(made.folder, "sd2");
  await encodePrompt(other.pipeline, "ab");
  assertEquals(other.asked.length, 1);
});

Deno.test("encodePrompt() lays the states before the last of SDXL's encoders side by side", async () => {
  using made = await pipelineFolder();
  const { pipeline, asked } = speaking(made.folder, "sdxl");
  const { states, pooled } = await encodePrompt(pipeline, "b");
  assertEquals(asked, [[1, 8, 1, 9, 9, 9], [2, 8, 1, 9, 0, 0]]);
  assertEquals(states.shape, [1, 5, 5]);
  assertEquals([...states.data.subarray(0, 10)], [118, 118, 218, 218, 218, 111, 111, 211, 211, 211]);
  assertEquals([...states.data.subarray(15, 20)], [119, 119, 210, 210, 210]);
  assertEquals([pooled?.shape, [...pooled!.data]], [[1, 3], [2, 2, 2]]);
  const nothing = zeroPrompt({ states, pooled, text: "b" });
  assertEquals([nothing.states.shape, nothing.pooled?.shape], [[1, 5, 5], [1, 3]]);
  assertEquals([...nothing.states.data, ...nothing.pooled!.data].some((value) => value !== 0), false);
});

Deno.test("encodePrompt() tells what an encoder lacks, and tries again what failed", async () => {
  using made = await pipelineFolder();
  const { pipeline } = speaking(made.folder, "sdxl", { lacks: "hidden_states" });
  const told =
    `"${made.folder}/text_encoder": it gives last_hidden_state, pooler_output, expected the outputs hidden_st`;
  await assertRejects(() => encodePrompt(pipeline, "a"), TypeError, told);
  const second = speaking(made.folder, "sdxl", { lacks: "text_embeds" });
  await assertRejects(
    () => encodePrompt(second.pipeline, "a"),
    TypeError,
    'text_encoder_2": it gives last_hidden_state',
  );

  const { pipeline: bare, asked } = speaking(made.folder, "sd1");
  const vocabulary = await Deno.readTextFile(`${made.folder}/vocab.json`);
  await made.remove("tokenizer/vocab.json");
  await assertRejects(() => encodePrompt(bare, "a"), Deno.errors.NotFound, "no vocab.json");
  await made.write("tokenizer/vocab.json", vocabulary);
  await encodePrompt(bare, "a");
  assertEquals(asked.length, 1);
});

Deno.test("encodePrompt() has the states of the golden pipeline's encoder, run in ONNX Runtime for Python", async () => {
  const folder = new URL("../golden/pipelines/tiny-sd", import.meta.url).pathname;
  await using pipeline = await openPipeline(await readPipeline(folder));
  const { states, pooled } = await encodePrompt(pipeline, "a photo of a tench");
  assertEquals([states.shape, pooled], [[1, 77, 8], null]);
  const rows = [0, 5, 76].flatMap((token) => [...states.data.subarray(8 * token, 8 * token + 8)]); // start, end, padding
  assertClose(rows, [
    ...[-0.26485, 0.23955, 0.23721, 0.31372, 2.0318, -1.45186, -1.52238, 0.51601],
    ...[-0.07449, 0.35325, 1.56215, -0.35145, 1.32526, -0.77734, -1.73594, -0.27749],
    ...[0.72287, -0.82112, -0.97566, -0.64009, -0.62481, 1.56204, 1.45515, -0.75207],
  ], 2e-5);
});
