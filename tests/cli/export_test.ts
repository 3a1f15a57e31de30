import { join } from "node:path";
import { testBackend } from "../tensors.ts";
import { closeBackend } from "../../lib/engine/backend.ts";
import { run } from "../../lib/run.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import { csvRecords } from "../../lib/tables/csv.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { counterproof } from "./command_line.ts";

Deno.test.afterAll(closeBackend);

Deno.test({
  name: "export writes a run as ONNX and as a folder, by which detect judges",
  sanitizeResources: false, // the backend's threads outlive the test
  sanitizeOps: false,
  fn: () =>
    inFolder(async (folder) => {
      await writeTinyWorld(folder);
      const runs = join(folder, "runs");
      await run(tinyDual({ epochs: 1 }), { runs, data: folder, backend: testBackend });
      const [model, file, board] = ["detector", "tiny.onnx", "board"].map((name) => join(folder, name));
      const how = ["--runs", runs, "--backend", "wasm", "--data", folder];

      const onnx = await counterproof(["export", "tiny dual", "--onnx", file, ...how]);
      assertEquals([onnx.code, onnx.err], [0, ""]);
      assert(
        onnx.out.includes("takes images [batch, 3, 16, 16]; gives logits [batch, 1], embedding [batch, 8]"),
        onnx.out,
      );
      assert(/in ONNX Runtime its logits are at most \d\.\de-\d+ apart/.test(onnx.out), onnx.out);

      const written = await counterproof(["export", "tiny dual", "--model", model, ...how, "--json"]);
      assertEquals(JSON.parse(written.out).files, [
        "model.safetensors",
        "config.json",
        "definition.json",
        "preprocessor.json",
        "README.md",
      ]);
      const image = join(folder, "GenImage/BigGAN/imagenet_ai_0419_biggan/val/nature/crop/000.png");
      const verdicts = ["tiny dual", model].map((word) =>
        counterproof(["detect", word, image, "--runs", runs, "--backend", "wasm", "--data", folder, "--json"])
      );
      const [byRun, byFolder] = (await Promise.all(verdicts)).map(({ out }) => out);
      assertEquals(byFolder, byRun);
      assert(byRun.includes('"probability"'), byRun);

      const boards = await counterproof(["export", "--tensorboard", board, "--runs", runs]);
      assert(boards.out.includes("1 run: tensorboard --logdir"), boards.out + boards.err);
      const [name] = (await Array.fromAsync(Deno.readDir(board))).map(({ name }) => name);
      assert(name.startsWith("tiny-dual-"), name);
    }),
});

Deno.test("export writes tables of runs, of those that are named or of all", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    for (const [i, made] of [{ name: "plain" }, { name: "dual", terms: { pull: 1 } }].entries()) {
      const id = `${i}abc`.repeat(16);
      await writeRecord(runFolder(runs, { name: made.name, id }), { ...syntheticRecord(made), id });
    }
    const table = async (...args: string[]) => {
      const file = join(folder, "tables", "it.csv");
      const { code, out, err } = await counterproof(["export", ...args, "-o", file, "--runs", runs, "--json"]);
      assertEquals([code, err.includes("Cannot")], [0, false], err);
      const [head, ...rows] = [...csvRecords(await Deno.readTextFile(file))].map(({ cells }) => cells);
      assertEquals(JSON.parse(out).rows, rows.length);
      return { head, rows };
    };
    const compared = await table("--table", "compare");
    const methods = new Set(compared.rows.map((row) => row[compared.head.indexOf("method")]));
    assert(methods.has("plain") && methods.has("dual"), [...methods].join());
    assert(compared.head.includes("aucLow"));
    const scores = await table("dual", "--table", "scores", "--format", "csv");
    assertEquals([...new Set(scores.rows.map((row) => row[scores.head.indexOf("name")]))], ["dual"]);
  });
});

Deno.test("export refuses no form, two forms, options of another, and what is missing", async () => {
  await inFolder(async (folder) => {
    const refusals = [
      [[], "no form is named, expected one of --onnx, --model, --tensorboard, --table"],
      [["a", "--onnx", "x", "--model", "y"], "--onnx and --model given, expected one of"],
      [["a", "--onnx", "x", "--figures"], 'option "--figures" goes with --tensorboard, not with --onnx'],
      [
        ["--table", "steps", "-o", "x", "--data", "d"],
        'option "--data" goes with --onnx and --model, not with --table',
      ],
      [["--table", "steps"], "no file is named, expected -o FILE"],
      [["--table", "step", "-o", "x"], 'unknown table "step", did you mean "steps"?'],
      [["--onnx", "x"], "0 runs given, expected one"],
      [["nothing", "--onnx", "x"], "The models are pocket"],
    ] as const;
    await Promise.all(refusals.map(async ([args, words]) => {
      const { code, err } = await counterproof(["export", ...args, "--runs", join(folder, "runs")]);
      assertEquals(code, 2, err);
      assert(err.includes(words), err);
    }));
    const { code, err } = await counterproof(["export", "--tensorboard", folder, "--runs", join(folder, "runs")]);
    assertEquals(code, 1);
    assert(err.includes("there is none that has begun"), err);
  });
});
