"""What diffusers makes of an image by whole chains, over tiny pipelines of random weights, for bench/chains.ts.

    python3 bench/peers/chains.py FOLDER

FOLDER then holds each family's pipeline in ONNX, and for each chain a safetensors file: the image (0..1, NCHW), the noise
in the order in which it was drawn, and the result. `cases.json` says what each chain is. Needs what pipelines.py does,
and safetensors.
"""
import contextlib
import json
import os
import sys
import zlib

import torch
from diffusers import DDIMInverseScheduler, DDIMScheduler, DDPMScheduler
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_img2img as sd_img2img
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_inpaint as sd_inpaint
from diffusers.pipelines.stable_diffusion_xl import pipeline_stable_diffusion_xl_img2img as xl_img2img
from diffusers.pipelines.stable_diffusion_xl import pipeline_stable_diffusion_xl_inpaint as xl_inpaint
from safetensors.torch import save_file

import pipelines

folder = sys.argv[1]
cases = []
WIDTH, HEIGHT = 48, 64


@contextlib.contextmanager
def drawn(drawn_noise, seed):
    """All that is drawn in a block, noise and posteriors, by a seed, and kept in order."""
    generator = torch.Generator().manual_seed(seed)

    def draw(shape, *_, **__):
        noise = torch.randn(tuple(shape), generator=generator)
        drawn_noise.append(noise)
        return noise

    modules = [sd_img2img, sd_inpaint, xl_img2img, xl_inpaint]
    before = [module.randn_tensor for module in modules], DiagonalGaussianDistribution.sample
    for module in modules:
        module.randn_tensor = draw
    DiagonalGaussianDistribution.sample = lambda self, generator=None: self.mean + self.std * draw(self.mean.shape)
    try:
        yield draw
    finally:
        for module, function in zip(modules, before[0]):
            module.randn_tensor = function
        DiagonalGaussianDistribution.sample = before[1]


def case(kind, family, options, chain):
    """Runs a chain on an image of its own, under noise of its own, and keeps both beside what comes out."""
    name = f"{kind}-{family}-{len(cases)}"
    seed = zlib.crc32(name.encode())
    image = torch.rand((1, 3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(seed))
    noise = []
    pipe = pipelines.pipeline(family)
    pipe.set_progress_bar_config(disable=True)
    with torch.no_grad(), drawn(noise, seed) as draw:
        result = chain(pipe, image, draw, **options)
    tensors = {"image": image, "result": result.contiguous(), **{f"noise{i}": values for i, values in enumerate(noise)}}
    save_file(tensors, os.path.join(folder, f"{name}.safetensors"))
    cases.append({"name": name, "kind": kind, "family": family, **options})
    print(name, flush=True)


def inpaint(pipe, image, draw, steps, guidance):
    mask = torch.zeros((1, 1, HEIGHT, WIDTH))
    return pipe(prompt="", image=image, mask_image=mask, height=HEIGHT, width=WIDTH, num_inference_steps=steps,
                guidance_scale=guidance, output_type="pt").images


def img2img(pipe, image, draw, steps, guidance, strength, prompt):
    parts = dict(pipe.components)
    kind = StableDiffusionXLImg2ImgPipeline if "text_encoder_2" in parts else StableDiffusionImg2ImgPipeline
    extra = {} if "text_encoder_2" in parts else dict(requires_safety_checker=False)
    pipe = kind(**parts, **extra)
    pipe.set_progress_bar_config(disable=True)
    return pipe(prompt=prompt, image=image, strength=strength, num_inference_steps=steps, guidance_scale=guidance,
                output_type="pt").images


def states_of(pipe, prompt):
    tokens = pipe.tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    return pipe.text_encoder(tokens)[0]


def vae(pipe, image, draw):
    coder = getattr(pipe, "vae", None) or pipe.vqvae
    return shown(coder.decode(coder.encode(image * 2 - 1).latent_dist.sample()).sample)


def ddim(pipe, image, draw, steps, prompt):
    states = states_of(pipe, prompt)
    latents = pipe.vae.encode(image * 2 - 1).latent_dist.mean * pipe.vae.config.scaling_factor
    for kind in DDIMInverseScheduler, DDIMScheduler:
        scheduler = kind.from_config(pipe.scheduler.config)
        scheduler.set_timesteps(steps)
        for t in scheduler.timesteps:
            latents = scheduler.step(pipe.unet(latents, t, states).sample, t, latents).prev_sample
    return shown(pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample)


def latent_error(pipe, image, draw, step, ensemble, prompt):
    scheduler = DDPMScheduler.from_config(pipe.scheduler.config)
    latents = pipe.vae.encode(image * 2 - 1).latent_dist.sample() * pipe.vae.config.scaling_factor
    latents = latents.repeat(ensemble, 1, 1, 1)
    noise = draw(latents.shape)
    t = torch.full((ensemble,), step)
    wanted = scheduler.get_velocity(latents, noise, t) if scheduler.config.prediction_type == "v_prediction" else noise
    noisy = scheduler.add_noise(latents, noise, t)
    said = pipe.unet(noisy, t, states_of(pipe, prompt).repeat(ensemble, 1, 1)).sample
    return ((said - wanted) ** 2).mean(0)


def shown(values):
    return (values / 2 + 0.5).clamp(0, 1)


os.makedirs(folder, exist_ok=True)
inpainting = ["sd1-inpainting", "sd2-inpainting", "sdxl-inpainting"]
for family in [*inpainting, "sd1", "sd2", "sdxl", "ldm"]:
    with torch.no_grad():
        pipelines.export(family, os.path.join(folder, family))
for family in inpainting:
    case("inpaint", family, dict(steps=10, guidance=7.5), inpaint)
for family in "sd1", "sd2", "sdxl":
    case("img2img", family, dict(steps=10, guidance=7.5, strength=0.6, prompt=""), img2img)
    case("img2img", family, dict(steps=8, guidance=3.0, strength=0.99, prompt="a photo of a dog"), img2img)
for family in "sd1", "sdxl", "ldm":
    case("vae", family, {}, vae)
for family in "sd1", "sd2":
    case("ddim", family, dict(steps=8, prompt=""), ddim)
    case("latentError", family, dict(step=200, ensemble=4, prompt="a photo"), latent_error)
with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump(cases, file, indent=1)
