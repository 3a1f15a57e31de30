"""What diffusers makes of an image by whole chains, over tiny pipelines of random weights, for bench/chains.ts.

    python3 bench/peers/chains.py FOLDER [--recorded]

FOLDER then holds each family's pipeline in ONNX, and for each chain a safetensors file: the image (0..1, NCHW), the noise
in the order in which it was drawn, and the result. `cases.json` says what each chain is. Needs what pipelines.py does,
and safetensors.

--recorded writes what tests/reconstruct/recorded/chains holds: the chains of SD 2 and SDXL alone, from weights of 5
significant bits, without the words that no prompt has and without the tokenizers' vocabulary, all files packed.
"""
import argparse
import contextlib
import gzip
import json
import os
import pathlib
import types
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

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--recorded", action="store_true")
folder, recorded = vars(parser.parse_args()).values()
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
    image = torch.randint(257, (1, 3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(seed)) / 256
    noise = []
    pipe = opened(family)
    with drawn(noise, seed) as draw:
        result = chain(pipe, image, draw, **options)
    tensors = {"image": image, "result": result.contiguous(), **{f"noise{i}": values for i, values in enumerate(noise)}}
    save_file(tensors, os.path.join(folder, f"{name}.safetensors"))
    cases.append({"name": name, "kind": kind, "family": family, **options})
    print(name, flush=True)


def opened(family):
    if family == "vq":
        return types.SimpleNamespace(vqvae=pipelines.part("vae", family, "tiny", 1))
    pipe = pipelines.pipeline(family)
    pipe.set_progress_bar_config(disable=True)
    return pipe


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
    encoded = coder.encode(image * 2 - 1)
    return shown(coder.decode(encoded.latents if "latents" in encoded else encoded.latent_dist.sample()).sample)


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


def coarse(part):
    """Networks whose weights have 5 significant bits and know no words but those of the prompts here: small when packed."""
    def made(name, family, size, seed):
        network = part(name, family, size, seed)
        for key, weights in network.named_parameters():
            mantissa, exponent = torch.frexp(weights)
            weights.copy_(torch.ldexp(torch.round(mantissa * 32) / 32, exponent))
            if key.endswith("token_embedding.weight"):
                said = pipelines.tokenizer(family)(["!", "a photo of a dog"]).input_ids
                used = torch.zeros(len(weights), dtype=torch.bool)
                used[[token for text in said for token in text]] = True
                weights[~used] = 0
        return network
    return made


def pack(folder):
    """Every network and every chain by itself, and no vocabulary: that of tests/golden/pipelines is the same."""
    for file in pathlib.Path(folder).rglob("*"):
        if file.suffix in (".onnx", ".safetensors"):
            with open(f"{file}.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
                packed.write(file.read_bytes())
            file.unlink()
        elif file.name in ("vocab.json", "merges.txt"):
            file.unlink()


os.makedirs(folder, exist_ok=True)
families = ["sd2-inpainting", "sdxl-inpainting", "sd2", "sdxl"]
if recorded:
    pipelines.part = coarse(pipelines.part)
else:
    families += ["sd1-inpainting", "sd1", "ldm", "vq"]
with torch.no_grad():
    for family in families:
        pipelines.export(family, os.path.join(folder, family))
    for family in families:
        if family.endswith("-inpainting"):
            case("inpaint", family, dict(steps=10, guidance=7.5), inpaint)
            continue
        if family in ("sd1", "sd2", "sdxl"):
            case("img2img", family, dict(steps=10, guidance=7.5, strength=0.6, prompt=""), img2img)
            case("img2img", family, dict(steps=8, guidance=3.0, strength=0.99, prompt="a photo of a dog"), img2img)
        if family in ("sd1", "sd2"):
            case("ddim", family, dict(steps=8, prompt=""), ddim)
            case("latentError", family, dict(step=200, ensemble=4, prompt="a photo"), latent_error)
        case("vae", family, {}, vae)
with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump(cases, file, indent=1)
if recorded:
    pack(folder)
