import { checkMemory, peakMemory } from "../../lib/reconstruct/memory.ts";
import type { PipelineInfo } from "../../lib/reconstruct/pipeline.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** SD 1.5 as far as memory goes: 3.4 GB of weights beside the UNet's file, the others' within theirs. */
const sd15 = {
  name: "sd15",
  latentScale: 8,
  configs: {
    unet: {
      block_out_channels: [320, 640, 1280, 1280],
      attention_head_dim: 8,
      down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    },
    vae: { block_out_channels: [128, 256, 512, 512] },
  },
  networks: new Map([
    ["unet", {
      bytes: 1_207_626,
      beside: [{ file: "unet/model.onnx_data", bytes: 3_437_361_920 }],
      header: { halves: false, matrices: true },
    }],
    ["vae_decoder", { bytes: 197_999_790, beside: [], header: { halves: false, matrices: true } }],
  ]),
} as unknown as PipelineInfo;

const square = (batch: number, side: number) => ({ batch, width: side, height: side });
const megabytes = (batch: number, side: number) => Math.round(peakMemory(sd15, square(batch, side)) / 1e6);

Deno.test("peakMemory() is near what SD 1.5 was measured to take, and above", () => {
  // resident peak of a fresh process, two threads: UNet 4,753 MB at 512², decoder 1,567 MB, of both the program counts once
  const measured = 4753 + 1567 - 70;
  assert(megabytes(1, 512) >= measured && megabytes(1, 512) <= 1.15 * measured, `${megabytes(1, 512)} MB`);
});

Deno.test("memory grows with every image alike, and with the fourth power of the side", () => {
  const fixed = megabytes(0, 512);
  assert(Math.abs(megabytes(3, 512) - fixed - 3 * (megabytes(1, 512) - fixed)) <= 3);
  assert(megabytes(1, 1024) - fixed > 7 * (megabytes(1, 512) - fixed));
});

Deno.test("a UNet whose attentions are fused holds no matrices", () => {
  const unet = sd15.networks.get("unet")!;
  const fused = { ...sd15, networks: new Map([["unet", { ...unet, header: { ...unet.header, matrices: false } }]]) };
  const added = (side: number) =>
    Math.round(
      (peakMemory(fused as PipelineInfo, square(1, side)) - peakMemory(fused as PipelineInfo, square(0, side))) / 1e6,
    );
  // measured, of SD 1.5's UNet: 154 MB and 335 MB
  assertEquals([added(512), added(768)], [157, 354]);
});

Deno.test("heads and levels of attention are read from the UNet's configuration", () => {
  const of = (unet: Record<string, unknown>) =>
    peakMemory({ ...sd15, configs: { ...sd15.configs, unet } } as PipelineInfo, square(1, 512));
  const blocks = { block_out_channels: [320, 640], down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"] };
  const matrices = (heads: number, places: number) => 8 * heads * places ** 2;
  assertEquals(
    of({ ...blocks, attention_head_dim: [5, 10] }) - of({ ...blocks, attention_head_dim: [5, 0] }),
    matrices(10, 1024),
  );
  assertEquals(of({ block_out_channels: [320] }) - of({ ...blocks, attention_head_dim: [5, 0] }), matrices(8, 4096));
});

Deno.test("checkMemory() refuses what cannot fit, with the batch that would", () => {
  checkMemory(sd15, square(4, 512), 16e9);
  const refused = (batch: number, side: number, gigabytes: number) =>
    assertThrows(() => checkMemory(sd15, square(batch, side), gigabytes * 1e9), RangeError).message;
  const message = refused(16, 512, 10);
  const fits = Number(/A batch of (\d+) would fit$/.exec(message)?.[1]);
  assert(message.startsWith('Cannot run "sd15" on 16 images of 512 × 512 pixels at once: it takes about 46.'), message);
  checkMemory(sd15, square(fits, 512), 10e9);
  refused(fits + 1, 512, 10);
  assert(refused(1, 1024, 10).endsWith("Not even one would fit: take smaller images, or a machine with more"));
  assert(refused(1, 64, 4).includes("Its networks alone take 4.4 GB"));
});
