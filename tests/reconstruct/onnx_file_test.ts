import { join } from "node:path";
import { readOnnxHeader } from "../../lib/reconstruct/onnx_file.ts";
import { openSession } from "../../lib/reconstruct/session.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { onnxBytes } from "../../lib/onnx/model.ts";

const golden = new URL("../golden/pipelines/", import.meta.url).pathname;

Deno.test("the header of a file says what ONNX Runtime says of the loaded network", async () => {
  for (const pipeline of ["tiny-sd", "tiny-sd-inpaint"]) {
    for (const name of ["unet", "vae_encoder", "vae_decoder", "text_encoder"]) {
      const file = join(golden, pipeline, name, "model.onnx");
      await using session = await openSession(file, { provider: "cpu", threads: 1 });
      const { inputs, outputs, external, draws } = readOnnxHeader(file);
      assertEquals([inputs, outputs], [session.inputs, session.outputs]);
      assertEquals([external.size, draws], [0, false]);
    }
  }
});

const x = { name: "x", type: "float32", shape: ["n", 3] } as const;
const y = { name: "y", type: "float32", shape: ["n", 3] } as const;
const w = { name: "w", shape: [3], data: new Float32Array([1, 2, 3]) };

Deno.test("weights beside the file are named with the bytes that it takes of them, and are no inputs", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    // w stands among the inputs too, as exports of old have it
    const toy = onnxBytes({
      inputs: [x, { name: "w", type: "float32", shape: [3] }],
      outputs: [y],
      nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["y"] }],
      weights: [{ ...w, location: "model.onnx_data" }],
    });
    await Deno.writeFile(file, toy);
    await Deno.writeFile(join(folder, "model.onnx_data"), new Uint8Array(w.data.buffer));
    const { inputs, external } = readOnnxHeader(file);
    assertEquals(inputs, [x]);
    assertEquals([...external], [["model.onnx_data", 12]]);
  }));

Deno.test("a network that draws random numbers is found out", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    const nodes = [{ op: "RandomNormalLike", inputs: ["x"], outputs: ["y"] }];
    await Deno.writeFile(file, onnxBytes({ inputs: [x], outputs: [y], nodes }));
    assertEquals(readOnnxHeader(file).draws, true);
  }));

Deno.test("sides that a network doubles whatever they are, are counted, and those that it brings to a size are not", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    const blind = { op: "Resize", inputs: ["x", "", "w"], outputs: ["y"] };
    const sized = { op: "Resize", inputs: ["x", "", "", "w"], outputs: ["y"] };
    await Deno.writeFile(file, onnxBytes({ inputs: [x], outputs: [y], nodes: [blind, sized, blind], weights: [w] }));
    assertEquals(readOnnxHeader(file).doubling, 4);
    const [unet, decoder] = ["unet", "vae_decoder"].map((name) => join(golden, "tiny-sd", name, "model.onnx"));
    assertEquals([readOnnxHeader(unet).doubling, readOnnxHeader(decoder).doubling], [2, 8]);
  }));

Deno.test("a network with a softmax by itself holds matrices of attention", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    for (const [op, holds] of [["Softmax", true], ["MultiHeadAttention", false]] as const) {
      await Deno.writeFile(
        file,
        onnxBytes({ inputs: [x], outputs: [y], nodes: [{ op, inputs: ["x"], outputs: ["y"] }] }),
      );
      assertEquals(readOnnxHeader(file).matrices, holds);
    }
    assertEquals(readOnnxHeader(join(golden, "tiny-sd", "unet", "model.onnx")).matrices, true);
  }));

Deno.test("what is cut short, or no ONNX file, is refused", () =>
  inFolder(async (folder) => {
    const file = join(folder, "model.onnx");
    const whole = onnxBytes({
      inputs: [x],
      outputs: [y],
      nodes: [{ op: "Mul", inputs: ["x", "w"], outputs: ["y"] }],
      weights: [w],
    });
    for (
      const [bytes, message] of [
        [whole.subarray(0, whole.length - 5), "as an ONNX network: it is cut short"],
        [new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"), "stands what no ONNX file has"],
        [new Uint8Array(0), "there is no graph in it"],
      ] as const
    ) {
      await Deno.writeFile(file, bytes);
      assertThrows(() => readOnnxHeader(file), RangeError, message);
    }
    assertThrows(() => readOnnxHeader(join(folder, "none")), Deno.errors.NotFound, "there is no such file");
  }));
