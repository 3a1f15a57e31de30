/**
 * What a reconstruction takes beside the networks, from pixels to pixels: a pipeline whose networks answer at once stands
 * in for a real one. Schedulers by themselves are in `noise_bench.ts`, networks in `bench:peers`.
 */
import { shippedPipelines } from "../lib/reconstruct/shipped.ts";
import { ddim, img2img, inpainting, methods, vae } from "../lib/reconstruct/mod.ts";
import { fakePipeline, noisyImage } from "../tests/reconstruct/fake_pipeline.ts";
import { bench } from "./benched.ts";

const images = [{ id: "one", image: noisyImage(1, { width: 256, height: 256 }) }];
const { pocket: folder } = shippedPipelines; // for its tokenizer
const plain = fakePipeline({ folder }), filling = fakePipeline({ folder, inpainting: true });
const group = "reconstruction of 256² without its networks";
const model = "sd1", steps = 20;

bench({ group, name: "vae", fn: () => methods.vae.reconstruct(vae({ model }), images, plain.pipeline) });
bench({ group, name: "ddim", fn: () => methods.ddim.reconstruct(ddim({ model, steps }), images, plain.pipeline) });
bench({
  ...{ group, name: "img2img" },
  fn: () => methods.img2img.reconstruct(img2img({ model, steps }), images, plain.pipeline),
});
bench({
  ...{ group, name: "inpainting", watch: "short" },
  fn: () => methods.inpainting.reconstruct(inpainting({ model, steps }), images, filling.pipeline),
});
