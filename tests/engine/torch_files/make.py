"""Writes the files of PyTorch that tests read, and what is in them, `expected.json`.

    python3 tests/engine/torch_files/make.py

Written by PyTorch 2.13; a later one may write other bytes, which then have to be read as well.
"""
import collections
import json
import os
import pickle

import torch

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(1)


def path(name):
    return os.path.join(here, name)


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 2)
        self.norm = torch.nn.BatchNorm2d(4)
        self.fc = torch.nn.Linear(4, 2)


class Handmade:
    def __reduce__(self):
        return (os.system, ("echo this must never run",))


base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
shared = torch.arange(10, dtype=torch.float32)
kinds = {
    "double": torch.tensor([0.1, -2.5], dtype=torch.float64),
    "half": torch.tensor([[1.0, -2.0], [65504.0, 2**-24]], dtype=torch.float16),
    "brain": torch.tensor([1.0, -2.0, 3.140625], dtype=torch.bfloat16),
    "long": torch.tensor([-(2**40), 7]),
    "int": torch.tensor([-7], dtype=torch.int32),
    "short": torch.tensor([-300], dtype=torch.int16),
    "char": torch.tensor([-128], dtype=torch.int8),
    "byte": torch.tensor([255], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "wide": torch.tensor([65535], dtype=torch.uint16),
    "scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, 3),
}
views = {
    "transposed": base.t(),
    "columns": base[:, 1:4],
    "steps": base[::2, ::3],
    "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
    "half_transposed": base.half().t(),
    "first": shared[:6],
    "second": shared[4:],
    "again": shared,
    "expanded_axis_of_one": torch.arange(3.0)[None, :],
}
model = Tiny().state_dict()
training = {
    "model": model,
    "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]},
    "total_steps": 12_345_678_901,
    "best": 0.75,
    "classes": ("real", "fake"),
    "seen": {1, 2},
    "raw": b"\x00\xff",
    "size": torch.Size([2, 3]),
    "device": torch.device("cpu"),
    "type": torch.float32,
    "nothing": None,
    "done": True,
}
parameters = collections.OrderedDict(
    (f"module.{name}", torch.nn.Parameter(tensor)) for name, tensor in Tiny().named_parameters()
)
good = {
    "kinds.pth": (kinds, {}),
    "views.pth": (views, {}),
    "training.pth": (training, {}),
    "parallel.pth": (parameters, {}),
    "best.pth": ({"best": torch.tensor(0.5), "state_dict": model, "ema": model}, {}),
    "alone.pth": (torch.arange(6.0).reshape(2, 3), {}),
    "legacy.pth": (model, {"_use_new_zipfile_serialization": False}),
    "legacy_views.pth": ({k: v for k, v in views.items()}, {"_use_new_zipfile_serialization": False}),
    **{f"protocol_{p}.pth": (model, {"pickle_protocol": p}) for p in (3, 4, 5)},
    "legacy_protocol_4.pth": (training, {"_use_new_zipfile_serialization": False, "pickle_protocol": 4}),
}
expected = {}
for name, (value, options) in good.items():
    torch.save(value, path(name), **options)
    tensors = {"tensor": value} if torch.is_tensor(value) else value.get("model", value.get("state_dict", value))
    expected[name] = {
        key.removeprefix("module."): {
            "shape": list(tensor.shape),
            "values": [str(v) if tensor.dtype == torch.int64 else v for v in tensor.detach().flatten().tolist()],
        }
        for key, tensor in tensors.items()
    }
with open(path("expected.json"), "w") as file:
    json.dump(expected, file, separators=(",", ":"))
    file.write("\n")

torch.save(Tiny(), path("refused_module.pth"))
torch.save({"a": model, "b": model}, path("refused_ambiguous.pth"))
torch.save({"w": torch.ones(1).expand(1000)}, path("refused_expanded.pth"))
torch.save({"w": torch.ones(2, dtype=torch.complex64)}, path("refused_complex.pth"))
torch.save({"w": torch.ones(2).to(torch.float8_e4m3fn)}, path("refused_float8.pth"))
torch.save({"epoch": 3, "note": "no tensors"}, path("refused_empty.pth"))
torch.jit.script(torch.nn.Linear(2, 1)).save(path("refused_script.pt"))
with open(path("refused_call.pth"), "wb") as file:
    for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, Handmade()):
        pickle.dump(value, file, protocol=2)
