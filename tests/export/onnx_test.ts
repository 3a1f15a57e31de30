import { join } from "node:path";
import { crop } from "../../lib/augment/mod.ts";
import { useBackend } from "../../lib/engine/backend.ts";
import { memory, mirrorPad, tensor, type Tensor2D, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import type { Exported } from "../../lib/export/exported.ts";
import { giveOut } from "../../lib/export/onnx/judged.ts";
import { drawNetwork } from "../../lib/export/onnx/network.ts";
import { writeOnnx } from "../../lib/export/onnx/write.ts";
import { calibrated, type Calibration } from "../../lib/metrics/calibration.ts";
import { backbones, convnext, linear } from "../../lib/models/mod.ts";
import { captionsOf, forwardModel, type ModelNetwork, modelView } from "../../lib/models/model.ts";
import { onnxGraph } from "../../lib/onnx/graph.ts";
import { random } from "../../lib/random.ts";
import { openSession } from "../../lib/reconstruct/session.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";
import { askPython, findPython, noPython } from "../python.ts";
import { inFolder } from "../runs/example.ts";
import { testBackend, testTensors } from "../tensors.ts";
import { type Case, cases, drawnNetwork } from "./networks.ts";

const platt: Calibration = { kind: "platt", slope: 0.7, offset: 0.2 };

/** A network as something to export. */
function exportedOf(name: string, { model, size, maps }: Case, network: ModelNetwork): Exported {
  return {
    ...{ name, about: [`The network "${name}"`], model, network, view: crop({ size }), pixels: modelView(model) },
    judgement: { threshold: 0.25, frozen: null, calibration: platt, rates: [] },
    ...{ tested: null, run: null, mapSides: () => Promise.resolve(maps ?? null) },
    [Symbol.dispose]: () => {},
  };
}

/** Inputs of a file for two images, by name, and what the network itself makes of them. */
interface Looked {
  readonly inputs: Readonly<Record<string, { readonly data: Float32Array | Int32Array; readonly shape: number[] }>>;
  readonly logits: readonly number[];
  readonly embedding: readonly number[];
}

function look({ model, size, maps }: Case, network: ModelNetwork): Looked {
  const draw = random(2, "images");
  const uniform = (count: number) => Float32Array.from({ length: count }, () => draw.uniform());
  const images = uniform(2 * 3 * size * size);
  const captions = captionsOf(model);
  // the second text has no end
  const tokens = Int32Array.from(
    { length: 2 * (captions?.length ?? 0) },
    (_, i) => i === 9 ? captions!.vocabulary - 1 : draw.integer(captions!.vocabulary - 1),
  );
  const [height, width] = maps ?? [0, 0];
  const errors = uniform(2 * 4 * height * width);
  const { mean, std } = modelView(model);
  const last = (values: Float32Array, [h, w, c]: readonly number[]) =>
    values.map((_, i) => {
      const [channel, place, image] = [i % c, Math.floor(i / c) % (h * w), Math.floor(i / c / (h * w))];
      return values[(image * c + channel) * h * w + place];
    });
  const normal = last(images, [size, size, 3]).map((value, i) => (value - mean[i % 3]) / std[i % 3]);
  const given = {
    images: tensor(normal, [2, size, size, 3]) as Tensor4D,
    ...(captions === null ? {} : { tokens: tensor(tokens, [2, captions.length], "int32") as Tensor2D }),
    ...(maps === undefined
      ? {}
      : { errorMaps: tensor(last(errors, [height, width, 4]), [2, height, width, 4]) as Tensor4D }),
  };
  const outputs = forwardModel(model, network, given);
  const [logits, embedding] = [outputs.logits, outputs.embedding].map((each) => Array.from(each.dataSync()));
  disposeTree([...Object.values(outputs), ...Object.values(given)]);
  return {
    inputs: {
      images: { data: images, shape: [2, 3, size, size] },
      ...(captions === null ? {} : { tokens: { data: tokens, shape: [2, captions.length] } }),
      ...(maps === undefined ? {} : { error_maps: { data: errors, shape: [2, 4, height, width] } }),
    },
    ...{ logits, embedding },
  };
}

for (const [name, one] of Object.entries(cases)) {
  testTensors(`the ONNX file of ${name} says what the network says`, async () => {
    const network = drawnNetwork(one.model);
    await inFolder(async (folder) => {
      const file = join(folder, "model.onnx");
      const written = await writeOnnx(exportedOf(name, one, network), file);
      assert(written.apart !== null && written.apart < 1e-5, `${written.apart} apart, ${written.unchecked}`);
      const { inputs, logits, embedding } = look(one, network);
      await using session = await openSession(file, { provider: "cpu", threads: 1 });
      const said = await session.run(inputs as Parameters<typeof session.run>[0]);
      assertClose(said.logits.data, logits, 1e-5);
      assertClose(said.embedding.data, embedding, 2e-5);
      assertClose(said.probability.data, calibrated(platt, said.score.data), 1e-6);
      const one_ = logits.length === 2;
      assertClose(
        said.score.data,
        [0, 1].map((i) => 1 / (1 + Math.exp(one_ ? -logits[i] : logits[2 * i] - logits[2 * i + 1]))),
        1e-6,
      );
    });
    disposeTree(network);
  });
}

testTensors("every kind of backbone has a network here", () => {
  assertEquals(
    [...new Set(Object.values(cases).map(({ model }) => model.backbone.kind))].sort(),
    Object.keys(backbones).sort() as typeof cases[string]["model"]["backbone"]["kind"][],
  );
});

testTensors("an operation that has no counterpart in ONNX is refused by name, and the backend goes on", async () => {
  const { model, size } = cases["ConvNeXt"];
  const network = drawnNetwork(model);
  const before = memory().numTensors;
  // a network that mirrors the image as nothing in ONNX does
  const kind = backbones.convnext as { forward: (typeof backbones.convnext)["forward"] };
  const { forward } = kind;
  const drawing = (given: (images: Tensor4D) => Tensor4D) => {
    kind.forward = (spec, network, at) => forward(spec, network, { ...at, images: given(at.images) });
    return drawNetwork({ name: "mirrored", model, network, size, pixels: modelView(model), errorMaps: null });
  };
  try {
    await assertRejects(
      () => drawing((images) => mirrorPad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "symmetric")),
      RangeError,
      'Cannot export "mirrored" as ONNX: of its operation "MirrorPad", the mode "symmetric" has no counterpart',
    );
    await assertRejects(
      () => drawing((images) => images.cumsum(1) as Tensor4D),
      RangeError,
      'Cannot export "mirrored" as ONNX: its network has the operation "Cumsum", which the export does not know',
    );
  } finally {
    kind.forward = forward;
  }
  assertEquals(memory().numTensors, before);
  disposeTree(network);
});

Deno.test("probabilities in the graph are those of every calibration", async () => {
  const fits: (Calibration | null)[] = [
    null,
    platt,
    { kind: "temperature", temperature: 2.5 },
    { kind: "isotonic", scores: [0.2, 0.4, 0.41, 0.9], probabilities: [0.1, 0.1, 0.6, 1] },
    { kind: "isotonic", scores: [0.5], probabilities: [0.25] },
  ];
  const odds = Float32Array.of(-30, -5, -1, -0.4, 0, 0.3, 2, 9);
  for (const fit of fits) {
    const graph = onnxGraph("judged");
    const logits = graph.input("logits_in", "float32", ["batch", 1]);
    giveOut({ graph, logits, embedding: logits, classes: 1, width: 1 }, fit);
    await inFolder(async (folder) => {
      const file = join(folder, "judged.onnx");
      await Deno.writeFile(file, graph.bytes());
      await using session = await openSession(file, { provider: "cpu", threads: 1 });
      const { score, probability } = await session.run({ logits_in: { data: odds, shape: [odds.length, 1] } });
      assertClose(probability.data, fit === null ? score.data : calibrated(fit, score.data), 1e-6, fit?.kind);
      assertEquals(probability.shape, [odds.length]);
    });
  }
});

const python = await findPython();

const script = `
import json, pathlib, sys
import numpy, onnxruntime

folder = pathlib.Path(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
found = {}
for each in json.loads((folder / "cases.json").read_text()):
    session = onnxruntime.InferenceSession(folder / each["file"], options, providers=["CPUExecutionProvider"])
    kinds = {slot.name: numpy.int64 if "int64" in slot.type else numpy.float32 for slot in session.get_inputs()}
    feeds = {
        name: numpy.array(given["data"], kinds[name]).reshape(given["shape"]) for name, given in each["inputs"].items()
    }
    outputs = session.run(None, feeds)
    found[each["file"]] = {
        "outputs": {slot.name: values.ravel().tolist() for slot, values in zip(session.get_outputs(), outputs)},
        "inputs": {slot.name: slot.shape for slot in session.get_inputs()},
        "metadata": session.get_modelmeta().custom_metadata_map,
    }
print(json.dumps(found))
`;

interface FoundFile {
  readonly outputs: Readonly<Record<"logits" | "embedding" | "score" | "probability", readonly number[]>>;
  readonly inputs: Readonly<Record<string, readonly (string | number)[]>>;
  readonly metadata: Readonly<Record<string, string>>;
}

Deno.test({
  name: `ONNX Runtime in Python says what the networks say, and finds their preprocessing${
    python === null ? `: ${noPython}` : ""
  }`,
  ignore: python === null,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    inFolder(async (folder) => {
      await useBackend(testBackend);
      const all = Object.entries(cases).map(([name, one], i) => ({ name, one, file: `${i}.onnx` }));
      const looked = new Map<string, Looked>();
      for (const { name, one, file } of all) {
        const network = drawnNetwork(one.model);
        await writeOnnx(exportedOf(name, one, network), join(folder, file));
        looked.set(file, look(one, network));
        disposeTree(network);
      }
      const plain = [...looked].map(([file, { inputs }]) => ({
        file,
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([name, { data, shape }]) => [name, { data: [...data], shape }]),
        ),
      }));
      await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(plain));
      const found = await askPython<Record<string, FoundFile>>(script, [folder]);
      for (const { name, one, file } of all) {
        const { outputs, inputs, metadata } = found[file];
        assertClose(outputs.logits, looked.get(file)!.logits, 1e-4, name);
        assertClose(outputs.embedding, looked.get(file)!.embedding, 1e-4, name);
        assertEquals(inputs.images, ["batch", 3, one.size, one.size]);
        assertEquals(metadata.name, name);
        const preprocessing = JSON.parse(metadata.preprocessing);
        assertEquals([preprocessing.size, preprocessing.normalised], [one.size, "inside the network"]);
        assertEquals(preprocessing.view, { ...crop({ size: one.size }) });
        assertEquals(JSON.parse(metadata.threshold).threshold, 0.25);
        assertEquals(JSON.parse(metadata.calibration), { ...platt });
        assertEquals(JSON.parse(metadata.classes), ["real", "fake"]);
      }
    }),
});

testTensors("weights keep the names of the checkpoint in the file", async () => {
  const model = { backbone: convnext({ depths: [1], dims: [4] }), head: linear() };
  const network = drawnNetwork(model);
  const { graph } = await drawNetwork({
    ...{ name: "named", model, network, size: 16, pixels: modelView(model), errorMaps: null },
  });
  graph.output("out", graph.node("Shape", [{ graph, name: "images" }]), { type: "int64", shape: [4] });
  const text = new TextDecoder("latin1").decode(graph.bytes());
  for (const name of ["backbone.stages.0.blocks.0.conv_dw.weight", "backbone.head.norm.weight", "head.fc.bias"]) {
    assert(text.includes(name), name);
  }
  disposeTree(network);
});
