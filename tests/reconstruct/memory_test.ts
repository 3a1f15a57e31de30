import { checkMemory, memoryRefusal, peakMemory } from "../../lib/reconstruct/memory.ts";
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

Deno.test("peakMemory() covers what autoencoders of few and of many channels were measured to take", () => {
  const added = (name: string, channels: number, side: number, matrices = true) => {
    const configs = { unet: {}, vae: { block_out_channels: [channels] } };
    const networks = new Map([[name, { bytes: 0, beside: [], header: { halves: false, matrices } }]]);
    const of = (batch: number) =>
      peakMemory({ ...sd15, configs, networks } as unknown as PipelineInfo, square(batch, side));
    return (of(1) - of(0)) / 1e6;
  };
  // MB that the first run adds to the resident memory of a fresh process, two threads, by the side of the image
  const measured = [
    { name: "vae_encoder", channels: 4, megabytes: { 512: 278, 768: 1226, 1024: 3597 } },
    { name: "vae_decoder", channels: 4, megabytes: { 512: 283, 768: 1098, 1024: 3344 } },
    { name: "vae_encoder", channels: 128, megabytes: { 512: 405, 768: 1244, 1024: 3907 } },
    { name: "vae_decoder", channels: 128, megabytes: { 512: 1076, 768: 3519 } },
  ];
  for (const { name, channels, megabytes } of measured) {
    for (const [side, took] of Object.entries(megabytes)) {
      const stated = added(name, channels, Number(side));
      assert(stated >= took && stated <= 1.5 * took, `${name} ${channels} at ${side}²: ${stated} MB`);
    }
  }
  // three of 4,096² without attention less
  const matrices = added("vae_encoder", 4, 512) - added("vae_encoder", 4, 512, false);
  assertEquals(Math.round(matrices), Math.round(3 * 4 * 4096 ** 2 / 1e6));
});

Deno.test("checkMemory() refuses what cannot fit, with the batch or the size that would", () => {
  checkMemory(sd15, square(4, 512), 18e9);
  const refused = (batch: number, side: number, gigabytes: number) =>
    assertThrows(() => checkMemory(sd15, square(batch, side), gigabytes * 1e9), RangeError).message;
  const message = refused(16, 512, 12);
  const fits = Number(/A batch of (\d+) would fit$/.exec(message)?.[1]);
  assert(message.startsWith('Cannot run "sd15" on 16 images of 512 × 512 pixels at once: it takes about 45.'), message);
  assert(message.includes("12.0 GB are available, of which 15 % are left to others"), message);
  checkMemory(sd15, square(fits, 512), 12e9);
  refused(fits + 1, 512, 12);
  assertEquals(memoryRefusal(sd15, square(fits + 1, 512), 12e9)?.fits, fits);
  assertEquals(memoryRefusal(sd15, square(1, 512), 12e9), null);
  assert(refused(1, 64, 4).includes("Its networks alone take 4.4 GB"));
});

Deno.test("an image that does not fit is told the largest of its shape that does", () => {
  const wide = { batch: 1, width: 1440, height: 1080 };
  const { fits, reason } = memoryRefusal(sd15, wide, 12e9)!;
  const [width, height] = /is (\d+) × (\d+)/.exec(reason)!.slice(1).map(Number);
  assertEquals([fits, width < 1440, Math.abs(width / height - 4 / 3) < 0.1], [0, true, true]);
  checkMemory(sd15, { batch: 1, width, height }, 12e9);
});
