"""Pipelines of random weights, in the layout and with the names that `optimum-cli export onnx` gives.

    python3 bench/peers/pipelines.py FAMILY FOLDER [--size tiny|real] [--float16] [--seed 1] [--only PART,PART]
                                     [--any-size] [--diffusers FOLDER]

FAMILY is sd1, sd1-inpainting, sd2 (v-prediction), sd2-inpainting, sdxl, sdxl-inpainting, ldm, or vq: an image model
with a codebook alone. `--size real` has the shapes of the published checkpoints, `tiny` the same architecture in
megabytes. `--any-size` traces the UNet with latents of odd sides, by which it takes any size; without, as optimum traces
it, it takes what halves evenly. `--only unet` exports that part alone. `--diffusers` also saves what was exported as
diffusers saves it.

Other scripts take the same pipeline as a diffusers object from `pipeline(family, size, seed)`: the weights of a part
follow from (family, size, seed, part) alone. Needs torch, diffusers, transformers and onnx.
"""
import argparse
import json
import logging
import os
import shutil
import tempfile
import warnings
import zlib

import onnx
import torch
from diffusers import (
    AutoencoderKL, DDIMScheduler, EulerDiscreteScheduler, LDMTextToImagePipeline, PNDMScheduler,
    StableDiffusionInpaintPipeline, StableDiffusionPipeline, StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline, UNet2DConditionModel, VQModel,
)
from diffusers.pipelines.latent_diffusion.pipeline_latent_diffusion import LDMBertConfig, LDMBertModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

logging.disable(logging.WARNING)  # that there is no torchvision, and that weights are random, is meant
tokenizer_files = os.path.join(os.path.dirname(__file__), "../../tests/golden/pipelines/tiny-sd/tokenizer")
families = ["sd1", "sd1-inpainting", "sd2", "sd2-inpainting", "sdxl", "sdxl-inpainting", "ldm", "vq"]
opset = 18  # optimum's for diffusers
schedule = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)


def split(family):
    """The family without its purpose, and the channels that its UNet sees."""
    base = family.removesuffix("-inpainting")
    return base, 9 if base != family else 4


def unet(family, size):
    base, channels = split(family)
    cross = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"
    shape = dict(in_channels=channels, out_channels=4, sample_size=64)
    if size == "tiny":
        shape.update(block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, cross_attention_dim=8,
                     down_block_types=(cross[0], "DownBlock2D"), up_block_types=("UpBlock2D", cross[1]),
                     attention_head_dim=2, sample_size=8)
    elif base == "sdxl":
        shape.update(block_out_channels=(320, 640, 1280), layers_per_block=2, sample_size=128, cross_attention_dim=2048,
                     down_block_types=("DownBlock2D", cross[0], cross[0]), attention_head_dim=(5, 10, 20),
                     up_block_types=(cross[1], cross[1], "UpBlock2D"), transformer_layers_per_block=(1, 2, 10))
    else:
        width = {"sd1": 768, "sd2": 1024, "ldm": 1280}[base]
        shape.update(block_out_channels=(320, 640, 1280, 1280), layers_per_block=2, cross_attention_dim=width,
                     down_block_types=(cross[0],) * 3 + ("DownBlock2D",), up_block_types=("UpBlock2D",) + (cross[1],) * 3,
                     attention_head_dim=(5, 10, 20, 20) if base == "sd2" else 8)
        shape["sample_size"] = {"sd1": 64, "sd2": 96, "ldm": 32}[base]
    if base in ("sd2", "sdxl"):
        shape["use_linear_projection"] = True
    if base == "sdxl":
        # six sizes and a pooled text, as wide together as the embedding wants them
        embed, pooled = (4, 8) if size == "tiny" else (256, 1280)
        shape.update(addition_embed_type="text_time", addition_time_embed_dim=embed,
                     projection_class_embeddings_input_dim=6 * embed + pooled)
        if size == "tiny":
            shape["cross_attention_dim"] = 16
    return UNet2DConditionModel(**shape)


def vae(family, size):
    base, _ = split(family)
    widths = (4, 4, 8, 8) if size == "tiny" else (128, 256, 512, 512)
    groups = 4 if size == "tiny" else 32
    layers = 1 if size == "tiny" else 2
    down, up = ("DownEncoderBlock2D",) * 4, ("UpDecoderBlock2D",) * 4
    if base == "vq":
        return VQModel(block_out_channels=widths[1:], down_block_types=down[1:], up_block_types=up[1:],
                       layers_per_block=layers, norm_num_groups=groups, latent_channels=3, sample_size=256,
                       num_vq_embeddings=64 if size == "tiny" else 8192)
    return AutoencoderKL(
        block_out_channels=widths, down_block_types=down, up_block_types=up, layers_per_block=layers,
        norm_num_groups=groups, latent_channels=4, scaling_factor=0.13025 if base == "sdxl" else 0.18215,
        sample_size={"sd1": 512, "sd2": 768, "sdxl": 1024, "ldm": 256}[base],
    )


def text_encoder(family, size, which=1):
    base, _ = split(family)
    if base == "ldm":
        wide = dict(d_model=8, encoder_layers=2, encoder_ffn_dim=16, encoder_attention_heads=2, head_dim=4)
        return LDMBertModel(LDMBertConfig(**(wide if size == "tiny" else {})))
    tiny = dict(hidden_size=8, intermediate_size=16, num_hidden_layers=3, num_attention_heads=2, projection_dim=8)
    large = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
                 projection_dim=768)
    if base == "sd2":
        tiny["hidden_act"] = "gelu"
        large = dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16,
                     projection_dim=512, hidden_act="gelu")
    if base == "sdxl" and which == 2:
        tiny["hidden_act"] = "gelu"
        large = dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20,
                     projection_dim=1280, hidden_act="gelu")
    config = CLIPTextConfig(**(tiny if size == "tiny" else large), bos_token_id=49406, eos_token_id=49407)
    config._attn_implementation = "eager"  # what it is exported from in float16 else mixes types
    if base == "sdxl":
        config.output_hidden_states = True
    return (CLIPTextModelWithProjection if which == 2 else CLIPTextModel)(config)


def scheduler(family):
    base, _ = split(family)
    if base == "sdxl":
        return EulerDiscreteScheduler(**schedule, timestep_spacing="leading")
    if base == "sd1":
        return PNDMScheduler(**schedule, skip_prk_steps=True, set_alpha_to_one=False)
    return DDIMScheduler(**schedule, clip_sample=False, set_alpha_to_one=False,
                         prediction_type="v_prediction" if family == "sd2" else "epsilon")


def part(name, family, size, seed):
    """One network, its weights drawn from (seed, family, size, name)."""
    torch.manual_seed(zlib.crc32(f"{seed}:{family}:{size}:{name}".encode()))
    made = {
        "unet": lambda: unet(family, size),
        "vae": lambda: vae(family, size),
        "text_encoder": lambda: text_encoder(family, size),
        "text_encoder_2": lambda: text_encoder(family, size, 2),
    }[name]()
    return made.eval().requires_grad_(False)


def parts_of(family):
    base, _ = split(family)
    if base == "vq":
        return ["vae"]
    return ["unet", "vae", "text_encoder"] + (["text_encoder_2"] if base == "sdxl" else [])


def tokenizer_folder(folder, family, which):
    """Files of CLIP's tokenizer with the padding of the family, or a stand-in for BERT's."""
    base, _ = split(family)
    os.makedirs(folder, exist_ok=True)
    if base == "ldm":
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "photo", "of", *"bcdefghijklmnopqrstuvwxyz"]
        with open(os.path.join(folder, "vocab.txt"), "w") as file:
            file.write("\n".join(words) + "\n")
        config = {"tokenizer_class": "BertTokenizer", "model_max_length": 77, "do_lower_case": True}
    else:
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(os.path.join(tokenizer_files, name), folder)
        with open(os.path.join(tokenizer_files, "tokenizer_config.json")) as file:
            config = json.load(file)
        if base == "sd2" or which == 2:
            config["pad_token"] = "!"
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump(config, file, indent=1)


def tokenizer(family, which=1):
    from transformers import BertTokenizer
    with tempfile.TemporaryDirectory() as folder:
        tokenizer_folder(folder, family, which)
        return (BertTokenizer if split(family)[0] == "ldm" else CLIPTokenizer).from_pretrained(folder)


def pipeline(family, size="tiny", seed=1):
    """The pipeline as diffusers has it, float32 on the processor."""
    base, channels = split(family)
    nets = {name: part(name, family, size, seed) for name in parts_of(family)}
    shared = dict(scheduler=scheduler(family), tokenizer=tokenizer(family))
    if base == "vq":
        raise ValueError("vq is an image model alone: take part('vae', 'vq', size, seed)")
    if base == "ldm":
        return LDMTextToImagePipeline(vqvae=nets["vae"], bert=nets["text_encoder"], unet=nets["unet"], **shared)
    if base == "sdxl":
        kind = StableDiffusionXLInpaintPipeline if channels == 9 else StableDiffusionXLPipeline
        return kind(**nets, **shared, tokenizer_2=tokenizer(family, 2), force_zeros_for_empty_prompt=True)
    kind = StableDiffusionInpaintPipeline if channels == 9 else StableDiffusionPipeline
    return kind(**nets, **shared, safety_checker=None, feature_extractor=None, requires_safety_checker=False)


class Call(torch.nn.Module):
    """A network seen as a function of tensors that gives a tuple of them."""

    def __init__(self, network, function):
        super().__init__()
        self.network, self.function = network, function

    def forward(self, *given):
        return self.function(self.network, *given)


def exports(name, network, family, dtype, side=16):
    """What a part is exported as: (folder, call, inputs, outputs), each input with an example and its free axes.
    `side` is that of the latents that the UNet is traced with."""
    base, channels = split(family)
    config = network.config
    image = {0: "batch_size", 2: "height", 3: "width"}
    words = {0: "batch_size", 1: "sequence_length"}
    if name == "unet":
        inputs = {
            "sample": (torch.randn(2, channels, side, side, dtype=dtype), image),
            "timestep": (torch.tensor(500), {}),
            "encoder_hidden_states": (torch.randn(2, 77, config.cross_attention_dim, dtype=dtype), words),
        }
        if base == "sdxl":
            embed = config.addition_time_embed_dim
            pooled = config.projection_class_embeddings_input_dim - 6 * embed
            inputs["text_embeds"] = torch.randn(2, pooled, dtype=dtype), {0: "batch_size"}
            inputs["time_ids"] = torch.full((2, 6), 64.0, dtype=dtype), {0: "batch_size"}
            call = lambda net, x, t, c, e, i: (net(x, t, c, added_cond_kwargs={"text_embeds": e, "time_ids": i}).sample,)
        else:
            call = lambda net, x, t, c: (net(x, t, c).sample,)
        return [("unet", call, inputs, {"out_sample": image})]
    if name == "vae":
        pixels = {"sample": (torch.randn(2, 3, 32, 32, dtype=dtype), image)}
        latents = {"latent_sample": (torch.randn(2, config.latent_channels, 8, 8, dtype=dtype), image)}
        decode = lambda net, z: (net.decode(z).sample,)
        if base == "vq":
            encode, output = (lambda net, x: (net.encode(x).latents,)), "latent_sample"
        else:
            encode, output = (lambda net, x: (net.encode(x).latent_dist.parameters,)), "latent_parameters"
        return [("vae_encoder", encode, pixels, {output: image}), ("vae_decoder", decode, latents, {"sample": image})]
    ids = {"input_ids": (torch.randint(0, 30000, (2, 77)), words)}
    if base == "ldm":
        return [(name, lambda net, x: (net(x).last_hidden_state,), ids, {"last_hidden_state": words})]
    hidden = [f"hidden_states.{i}" for i in range(config.num_hidden_layers + 1)] if base == "sdxl" else []
    outputs = {"text_embeds" if name == "text_encoder_2" else "last_hidden_state": words,
               "last_hidden_state" if name == "text_encoder_2" else "pooler_output": {0: "batch_size"}}
    outputs.update({state: words for state in hidden})
    call = lambda net, x: tuple(
        states for key in outputs if "." not in key for states in [net(x)[key]]
    ) + (tuple(net(x, output_hidden_states=True).hidden_states) if hidden else ())
    return [(name, call, ids, outputs)]


def write(folder, network, call, inputs, outputs):
    """One network as model.onnx; weights beyond 2 GB lie beside it in model.onnx_data, as optimum has them."""
    os.makedirs(folder, exist_ok=True)
    if hasattr(network, "save_config"):
        network.save_config(folder)
    else:
        network.config.save_pretrained(folder)
    bytes_of_weights = sum(p.numel() * p.element_size() for p in network.parameters())
    axes = {name: free for name, (_, free) in inputs.items() if free} | {name: free for name, free in outputs.items()}
    with tempfile.TemporaryDirectory(dir=folder) as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = os.path.join(scratch, "model.onnx")
        torch.onnx.export(Call(network, call), tuple(example for example, _ in inputs.values()), file, dynamo=False,
                          input_names=list(inputs), output_names=list(outputs), dynamic_axes=axes,
                          opset_version=opset, do_constant_folding=True)
        target = os.path.join(folder, "model.onnx")
        if bytes_of_weights < 2**31 - 2**24:
            shutil.move(file, target)
            return
        onnx.save(onnx.load(file), target, save_as_external_data=True, all_tensors_to_one_file=True,
                  location="model.onnx_data", size_threshold=1024)


def export(family, folder, size="tiny", seed=1, float16=False, only=None, any_size=False):
    """Writes a pipeline, or the parts of it that `only` names."""
    base, channels = split(family)
    dtype = torch.float16 if float16 else torch.float32
    index = {"_class_name": {
        "sd1": "StableDiffusionPipeline", "sd2": "StableDiffusionPipeline", "sdxl": "StableDiffusionXLPipeline",
        "ldm": "LDMTextToImagePipeline", "vq": "VQModel",
    }[base] if channels == 4 else f"StableDiffusion{'XL' if base == 'sdxl' else ''}InpaintPipeline"}
    os.makedirs(folder, exist_ok=True)
    for name in parts_of(family):
        if only is not None and name not in only:
            continue
        network = part(name, family, size, seed).to(dtype)
        for target, call, inputs, outputs in exports(name, network, family, dtype, 17 if any_size else 16):
            write(os.path.join(folder, target), network, call, inputs, outputs)
            index[target] = ["diffusers", "OnnxRuntimeModel"]
            print(f"{target} is written", flush=True)
        del network
    if base != "vq":
        scheduler(family).save_pretrained(os.path.join(folder, "scheduler"))
        index["scheduler"] = ["diffusers", type(scheduler(family)).__name__]
        for which in (1, 2)[: 2 if base == "sdxl" else 1]:
            name = "tokenizer" if which == 1 else "tokenizer_2"
            tokenizer_folder(os.path.join(folder, name), family, which)
            index[name] = ["transformers", "BertTokenizer" if base == "ldm" else "CLIPTokenizer"]
    if base == "sdxl":
        index["force_zeros_for_empty_prompt"] = True
    with open(os.path.join(folder, "model_index.json"), "w") as file:
        json.dump(index, file, indent=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("family", choices=families)
    parser.add_argument("folder")
    parser.add_argument("--size", choices=["tiny", "real"], default="tiny")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--float16", action="store_true")
    parser.add_argument("--any-size", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--diffusers", metavar="FOLDER")
    given = parser.parse_args()
    with torch.no_grad():
        export(given.family, given.folder, given.size, given.seed, given.float16, given.only, given.any_size)
    if given.diffusers:
        pipeline(given.family, given.size, given.seed).save_pretrained(given.diffusers)
