"""PyTorch's side of the forward rows of `deno task bench:peers`.

    python3 bench/peers/forward.py write NETWORK FILE
    python3 bench/peers/forward.py run NETWORK FILE THREADS

`write` makes FILE, weights under the names of timm or open_clip and images, which both sides read. `run` does one
forward pass a line on stdin and tells its milliseconds and a number that stands for the features on stdout.
"""
import logging
import sys
import time

import torch

from tensors import read_safetensors, write_safetensors

# the wheel of torchvision for processors wants two operations that nobody here calls
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import open_clip  # noqa: E402
import timm  # noqa: E402

logging.disable(logging.WARNING)  # that weights are random is meant
rows, side = 8, 224
networks = {
    "convnext-base": lambda: timm.create_model("convnext_base", num_classes=0),
    "clip-vit-l-14": lambda: open_clip.create_model("ViT-L-14", force_quick_gelu=True).visual,
    "clip-rn50": lambda: open_clip.create_model("RN50", force_quick_gelu=True).visual,
}


def drawn(name, tensor, source):
    """Weights at which every layer counts and no signal dies or explodes."""
    uniform = torch.rand(tensor.shape, generator=source)
    if name.endswith("running_var"):
        return 0.75 + uniform / 2
    if tensor.ndim >= 2:
        return (2 * uniform - 1) * (3 / tensor[0].numel()) ** 0.5
    if name.endswith("gamma"):
        return 0.1 + 0.2 * uniform
    if name.endswith("weight"):
        return 0.8 + 0.4 * uniform
    return 0.2 * (uniform - 0.5)


def write(model, file):
    source = torch.Generator().manual_seed(1)
    state = {name: tensor for name, tensor in model.state_dict().items() if tensor.dtype == torch.float32}
    tensors = {name: drawn(name, tensor, source) for name, tensor in state.items()}
    tensors["images"] = 2 * torch.rand((rows, side, side, 3), generator=source) - 1
    write_safetensors(file, tensors)


def run(model, file, threads):
    torch.set_num_threads(threads)
    tensors, _ = read_safetensors(file)
    images = tensors.pop("images").permute(0, 3, 1, 2)  # its memory is channels_last as it is
    missing, unknown = model.load_state_dict(tensors, strict=False)
    assert not unknown and all(name.endswith("num_batches_tracked") for name in missing), (missing, unknown)
    model = model.to(memory_format=torch.channels_last)
    weights = torch.cos(torch.arange(rows * model(images[:1]).shape[1], dtype=torch.float64))
    print("ready", torch.__version__, timm.__version__, open_clip.__version__, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        features = model(images)
        milliseconds = 1000 * (time.perf_counter() - start)
        flat = features.double().flatten()
        print(f"{milliseconds:.3f} {(flat @ weights / flat.norm()).item()!r}", flush=True)


with torch.inference_mode():
    command, name, file = sys.argv[1:4]
    model = networks[name]().eval()
    if command == "write":
        write(model, file)
    else:
        run(model, file, int(sys.argv[4]))
