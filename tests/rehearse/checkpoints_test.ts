import { memory } from "../../lib/engine/ops.ts";
import { torchShape } from "../../lib/engine/layout.ts";
import { derived, type Stored } from "../../lib/engine/stored.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { clip } from "../../lib/models/clip.ts";
import { convnext } from "../../lib/models/convnext.ts";
import { backboneKind } from "../../lib/models/mod.ts";
import { named } from "../../lib/models/namings.ts";
import { resnet } from "../../lib/models/resnet.ts";
import { loadWeights, weightsOf, weightsTable } from "../../lib/models/weights.ts";
import { formulaValues, writeWeights } from "../../lib/rehearse/checkpoints.ts";
import { publishedTensors } from "../../lib/rehearse/published_names.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { testTensors } from "../tensors.ts";

type Backbone = Parameters<typeof backboneKind>[0];

/** Names and shapes that a backbone stores. */
function wanted(spec: Backbone): Record<string, number[]> {
  const { params, buffers } = backboneKind(spec).init(spec, null);
  const all = [...entries(params), ...entries(buffers)];
  const shapes = Object.fromEntries(all.map(([name, { shape }]) => [name, torchShape(shape)]).sort());
  disposeTree([params, buffers]);
  return shapes;
}

/** The same of what a published file holds, as loading reads it. */
function published(name: string): Record<string, readonly number[]> {
  const { naming, leaves, fits } = weightsOf(name);
  const stored = publishedTensors(name).filter((one) => !leaves.some((start) => one.name.startsWith(start)))
    .map((one): [string, Stored] => [one.name, derived(one, () => formulaValues(one))]);
  const read = named(new Map(stored), { naming, text: fits.kind === "clip" });
  return Object.fromEntries([...read].map(([key, { shape }]) => [key, shape] as const).sort());
}

// of each family and naming one; what differs between the others is numbers that both sides take from one table
const cases: readonly (readonly [string, Backbone])[] = [
  ["timm/convnext_base.fb_in22k", convnext({ size: "base" })],
  ["timm/resnet50.tv_in1k", resnet({ depth: 50 })],
  ["timm/resnet50_clip.openai", clip({ variant: "RN50", towers: ["image", "text"] })],
  ["timm/vit_base_patch32_clip_224.openai", clip({ variant: "ViT-B/32", towers: ["image", "text"] })],
  ["openai/clip-vit-base-patch32", clip({ variant: "ViT-B/32", towers: ["image", "text"] })],
];

for (const [name, spec] of cases) {
  testTensors(`the names and shapes of ${name} are those that loading reads`, () => {
    assertEquals(published(name), wanted(spec));
  });
}

testTensors("files have the sizes that the table of weights tells", () => {
  for (const name of cases.map(([name]) => name)) {
    const bytes = publishedTensors(name).reduce(
      (sum, { shape, dtype }) => sum + shape.reduce((product, side) => product * side, dtype === "I64" ? 8 : 4),
      0,
    );
    const { megabytes } = weightsTable[name];
    assert(Math.abs(bytes / 1e6 - megabytes) < 0.01 * megabytes + 1, `${name}: ${bytes / 1e6} MB, ${megabytes} told`);
  }
});

testTensors("a written file is loaded into its network, with the same numbers every time", async () => {
  await inFolder(async (folder) => {
    const name = "timm/convnext_atto.d2_in1k";
    const spec = convnext({ size: "atto" });
    const bytes = await writeWeights(name, folder);
    const before = await Deno.readFile(`${folder}/${name}.safetensors`);
    assertEquals(before.length, bytes);
    await writeWeights(name, folder);
    assert(before.every((byte, i) => byte === before[i]) && (await Deno.stat(`${folder}/${name}.safetensors`)).size);
    const template = backboneKind(spec).init(spec, null);
    const network = await loadWeights(name, folder, template);
    const norms = entries(network.params).filter(([path]) => path.endsWith("norm.weight"));
    for (const [, norm] of norms) assertEquals(new Set(await norm.data()), new Set([1]));
    disposeTree([network.params, network.buffers]);
  });
});

Deno.test("formula weights have mean 0 and a deviation that suits their inputs, and no two rows are alike", () => {
  const shape = [1024, 4096];
  const values = formulaValues({ name: "encoder.layers.0.mlp.fc2.weight", shape, dtype: "F32" }) as Float32Array;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  assert(Math.abs(mean) < 1e-4 && Math.abs(Math.sqrt(square) * 64 - 1) < 0.01, `${mean} ${Math.sqrt(square)}`);
  assertEquals(new Set(Array.from({ length: 1024 }, (_, row) => values[row * 4096])).size > 1000, true);
  assertEquals(memory().numTensors, 0);
});
