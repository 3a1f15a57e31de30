"""PyTorch's side of the diffusion rows of `deno task bench:peers`: one turn for each line on stdin, its milliseconds and
a number that stands for the result on stdout.

    python3 bench/peers/diffusion.py write FAMILY FOLDER
    python3 bench/peers/diffusion.py run NAME THREADS

"write" exports SD 1.5 of random weights in real size. "run" takes the same weights into diffusers: NAME is unet-256 or
unet-512, one step; inpainting, a chain of 10 steps with guidance as DRCT's code asks for it; lare, an error map as LaRE's
code makes one; lare-50, the inpainting of 50 steps, timed from three predictions, for all are alike. Pictures and noise
come of a formula that the other side has too.
"""
import itertools
import sys
import time

import diffusers
import numpy as np
import torch
from diffusers import DDPMScheduler
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_inpaint as inpaint

import pipelines

SIDE = 256


def numbers(shape, seed):
    """As those of bench/diffusion_ours.ts: of mean 0 and variance 1, and as far as neighbours go without order."""
    i = np.arange(np.prod(shape), dtype=np.float64)
    return torch.from_numpy((np.sqrt(2) * np.sin(0.37 * (i * i) + seed)).astype(np.float32).reshape(shape))


def picture():
    """0..1."""
    return numbers((1, 3, SIDE, SIDE), 0) / (2 * np.sqrt(2)) + 0.5


def unet(side):
    net = pipelines.part("unet", "sd1", "real", 1)
    latents, states = numbers((1, 4, side // 8, side // 8), 1), numbers((1, 77, 768), 2)
    return lambda: net(latents, 500, states).sample


def inpainting(steps):
    pipe = pipelines.pipeline("sd1-inpainting", "real", 1)
    pipe.set_progress_bar_config(disable=True)
    seeds = itertools.count(1)
    draw = lambda shape, *_, **__: numbers(tuple(shape), next(seeds))
    inpaint.randn_tensor = draw
    DiagonalGaussianDistribution.sample = lambda self, generator=None: self.mean + self.std * draw(self.mean.shape)
    image, mask = picture(), torch.zeros((1, 1, SIDE, SIDE))

    def chain():
        nonlocal seeds
        seeds = itertools.count(1)
        return pipe(prompt="", image=image, mask_image=mask, height=SIDE, width=SIDE, num_inference_steps=steps,
                    guidance_scale=7.5, output_type="pt").images

    return pipe, chain


def lare(ensemble=4, step=200):
    nets = {name: pipelines.part(name, "sd1", "real", 1) for name in ("unet", "vae", "text_encoder")}
    tokenizer = pipelines.tokenizer("sd1")
    scheduler = DDPMScheduler.from_config(pipelines.scheduler("sd1").config)
    image = picture() * 2 - 1

    def error_map():
        posterior = nets["vae"].encode(image).latent_dist
        latents = (posterior.mean + posterior.std * numbers(posterior.mean.shape, 1)) * nets["vae"].config.scaling_factor
        latents = latents.repeat(ensemble, 1, 1, 1)
        noise, t = numbers(latents.shape, 2), torch.full((ensemble,), step)
        tokens = tokenizer("a photo", padding="max_length", max_length=77, truncation=True, return_tensors="pt")
        states = nets["text_encoder"](tokens.input_ids)[0].repeat(ensemble, 1, 1)
        said = nets["unet"](scheduler.add_noise(latents, noise, t), t, states).sample
        return ((said - noise) ** 2).mean(0)

    return error_map


def timed(function):
    start = time.perf_counter()
    result = function()
    return 1000 * (time.perf_counter() - start), result


def whole(function):
    """The time of a turn, and what it gives."""
    return lambda: timed(function)


def from_few(steps):
    """The time of so many steps, from that of two: PNDM asks the network once more than there are steps."""
    pipe, chain = inpainting(2)
    forward, inside = pipe.unet.forward, []

    def measured(*args, **options):
        milliseconds, result = timed(lambda: forward(*args, **options))
        inside.append(milliseconds)
        return result

    pipe.unet.forward = measured

    def turn():
        inside.clear()
        milliseconds, result = timed(chain)
        return milliseconds - sum(inside) + (steps + 1) * sum(inside) / len(inside), result

    return turn


def stands_for(values):
    """A number in which every value has a part."""
    flat = values.double().abs().flatten()
    return (flat * (torch.arange(len(flat)) % 7 + 1)).sum().item()


if sys.argv[1] == "write":
    with torch.no_grad():
        pipelines.export(sys.argv[2], sys.argv[3], "real", 1)
    sys.exit()
name, threads = sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
turn = {
    "unet-256": lambda: whole(unet(256)),
    "unet-512": lambda: whole(unet(512)),
    "inpainting": lambda: whole(inpainting(10)[1]),
    "lare": lambda: whole(lare()),
    "lare-50": lambda: from_few(50),
}[name]()
print("ready", f"torch {torch.__version__}, diffusers {diffusers.__version__}", flush=True)
for _ in sys.stdin:
    milliseconds, result = turn()
    print(f"{milliseconds:.3f} {stands_for(result)!r}", flush=True)
