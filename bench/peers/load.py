"""Python's side of bench/load.ts: one loading of a file a line on stdin, its milliseconds and number of values on stdout.

    python3 bench/peers/load.py FILE

`load_file` maps the file into memory and reads nothing of it before it is used; only a copy of each tensor is weights
that can be trained, so the copies are in the time, as ours are.
"""
import sys
import time

import safetensors
from safetensors.torch import load_file

print("ready", safetensors.__version__, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    tensors = {name: tensor.clone() for name, tensor in load_file(sys.argv[1]).items()}
    milliseconds = 1000 * (time.perf_counter() - start)
    print(f"{milliseconds:.3f} {sum(tensor.numel() for tensor in tensors.values())}", flush=True)
    del tensors
