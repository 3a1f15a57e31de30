"""PyTorch's side of `deno task bench:peers`: one training step a line on stdin, its milliseconds and loss on stdout.

    python3 bench/peers/step.py FILE THREADS

FILE is what bench/step.ts writes for both sides: weights, images, labels, and the definition in its metadata.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from networks import Model
from tensors import read_safetensors


torch.set_num_threads(int(sys.argv[2]))
tensors, metadata = read_safetensors(sys.argv[1])
definition = json.loads(metadata["definition"])
model = Model(definition["model"])
starts = ("param.", "buffer.")
model.load_state_dict({name.split(".", 1)[1]: t for name, t in tensors.items() if name.startswith(starts)})
model = model.to(memory_format=torch.channels_last).train()
images = tensors["images"].permute(0, 3, 1, 2)  # its memory is channels_last as it is
assert images.is_contiguous(memory_format=torch.channels_last)
labels = tensors["labels"]
classes = definition["model"]["head"]["classes"]
del tensors
adam = definition["optimizer"]
optimizer = torch.optim.AdamW(
    model.parameters(),
    lr=adam["rate"],
    betas=(adam["beta1"], adam["beta2"]),
    eps=adam["epsilon"],
    weight_decay=adam["decay"],
    fused=True,
)


def loss_of(logits):
    if classes == 1:
        return F.binary_cross_entropy_with_logits(logits, labels[:, None])
    return F.cross_entropy(logits, labels.long())


precision = definition["precision"]

print("ready", torch.__version__, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        loss = loss_of(model(images))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    value = loss.item()
    print(f"{1000 * (time.perf_counter() - start):.3f} {value!r}", flush=True)
