"""A pipeline whose UNet computes attention without its matrices of all places by all places: less memory, and time, for
images from 512² on.

    python3 bench/peers/fuse_attention.py PIPELINE FOLDER

PIPELINE is a folder as `optimum-cli export onnx` or pipelines.py writes it, FOLDER a new one: the UNet is written anew, the
rest is linked to. Needs onnx, onnxruntime and numpy below 2.4, over which its tool stumbles, and for SD 1.5 12 GB of memory.

ONNX Runtime's own tool finds the attentions; where it makes one operation of a whole self-attention, that is taken apart
again as far as its multi-head attention, which alone works on a processor without those matrices.
"""
import os
import pathlib
import sys

import onnx
from onnx import helper
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions

source, target = map(pathlib.Path, sys.argv[1:])


def options():
    """Attention and the norms by which it is found; the rest is of operations that a processor has not."""
    chosen = FusionOptions("unet")
    for name in ("nhwc_conv", "group_norm", "skip_group_norm", "skip_layer_norm", "bias_skip_layer_norm",
                 "bias_splitgelu", "bias_add", "packed_kv", "packed_qkv"):
        setattr(chosen, f"enable_{name}", False)
    return chosen


def apart(node, name):
    """A self-attention of one operation as projections, their parts, and attention between these."""
    attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    given, weight, *rest = node.input
    made = [helper.make_node("MatMul", [given, weight], [f"{name}_projected"], name=f"{name}_project")]
    if rest and rest[0]:
        made.append(helper.make_node("Add", [f"{name}_projected", rest[0]], [f"{name}_shifted"], name=f"{name}_shift"))
    parts = [f"{name}_query", f"{name}_key", f"{name}_value"]
    made.append(helper.make_node("Split", list(made[-1].output), parts, name=f"{name}_split", axis=2, num_outputs=3))
    kept = {key: attributes[key] for key in ("num_heads", "scale") if key in attributes}
    made.append(helper.make_node("MultiHeadAttention", parts, list(node.output), name=name, domain="com.microsoft", **kept))
    return made


def fused(file):
    model = optimizer.optimize_model(str(file), model_type="unet", opt_level=0, optimization_options=options(),
                                     use_gpu=False).model
    nodes = []
    for i, node in enumerate(model.graph.node):
        nodes += apart(node, f"attention_{i}") if node.op_type == "Attention" else [node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model, sum(node.op_type == "MultiHeadAttention" for node in nodes)


if target.exists():
    sys.exit(f'Cannot write "{target}": it is there already')
for file in source.rglob("*"):
    if file.is_file() and not (file.parent.name == "unet" and file.name.startswith("model.onnx")):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(file.resolve(), copy)
model, count = fused(source / "unet" / "model.onnx")
large = (source / "unet" / "model.onnx_data").exists()
onnx.save(model, target / "unet" / "model.onnx", save_as_external_data=large, location="model.onnx_data")
print(f"{count} attentions of the UNet are fused")
