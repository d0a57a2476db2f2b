"""
Makes the bundled default encoder: EfficientNet-Lite0 without its classifier, as ONNX.

    pip install -r requirements.txt
    python convert.py --out ../../encoder/src/main/resources/dev/embedonce/encoder/default

Input  pixel_values   float32 [batch, 3, height, width], RGB, (x - 127) / 128
Output pooler_output  float32 [batch, 1280], mean over the last feature map

Batch-norm is folded into the convolutions in float64. The weights of 1x1 convolutions, nearly all there are, are stored
as float16 and widened by Cast nodes, which the runtime folds when it loads the model; the rest stays float32. The same
inputs give the same bytes.
"""

import argparse
import hashlib
import json
import pathlib
import shutil

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import architecture
import weights

CONFIG = {
    "architectures": ["EfficientNetLite0Model"],
    "hidden_dim": architecture.FEATURES,
    "image_size": 224,
    "model_type": "efficientnet_lite0",
}

# x * (1 / 128) - 127 / 128: every step is exact in float32, so this is (x - 127) / 128 to the last bit.
PREPROCESSOR = {
    "crop_size": {"height": 224, "width": 224},
    "do_center_crop": True,
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.9921875, 0.9921875, 0.9921875],
    "image_processor_type": "CLIPImageProcessor",
    "image_std": [1.0, 1.0, 1.0],
    "resample": 3,
    "rescale_factor": 0.0078125,
    "size": {"shortest_edge": 256},
}


def fold(tensors, conv, batch_norm):
    """Returns the convolution's weight and bias with the batch-norm that follows it multiplied in, float32."""
    f64 = lambda name: tensors[name].astype(np.float64)
    scale = f64(batch_norm + ".weight") / np.sqrt(f64(batch_norm + ".running_var") + architecture.BATCH_NORM_EPSILON)
    weight = f64(conv + ".weight") * scale[:, None, None, None]
    bias = f64(batch_norm + ".bias") - f64(batch_norm + ".running_mean") * scale
    return weight.astype(np.float32), bias.astype(np.float32)


def build(tensors, half=True):
    """Returns the ONNX model; with half, weights of 1x1 convolutions are stored as float16."""
    nodes, initializers = [], []

    def initializer(name, array):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(name, array):
        if not half or array.shape[2] > 1:
            return initializer(name, array)
        initializer(name + ".half", array.astype(np.float16))
        nodes.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
        return name

    low, high = initializer("zero", np.float32(0)), initializer("six", np.float32(6))

    def conv(x, name, batch_norm, stride, groups, relu6):
        w, b = fold(tensors, name, batch_norm)
        label = name.lstrip("_")
        inputs = [x, weight(label + ".weight", w), initializer(label + ".bias", b)]
        kernel = w.shape[2]
        nodes.append(
            helper.make_node(
                "Conv",
                inputs,
                [label],
                auto_pad="SAME_UPPER",
                group=groups,
                kernel_shape=[kernel, kernel],
                strides=[stride, stride],
            )
        )
        if not relu6:
            return label
        nodes.append(helper.make_node("Clip", [label, low, high], [label + ".relu6"]))
        return label + ".relu6"

    def add(x, y):
        nodes.append(helper.make_node("Add", [x, y], [x + ".sum"]))
        return x + ".sum"

    x = architecture.forward("pixel_values", conv, add)
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["mean"]))
    nodes.append(helper.make_node("Flatten", ["mean"], ["pooler_output"]))
    graph = helper.make_graph(
        nodes,
        "efficientnet_lite0",
        [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info("pooler_output", TensorProto.FLOAT, ["batch", architecture.FEATURES])],
        initializers,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="embedonce", producer_version="1"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for model.onnx and its companions")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build"), help="folder for the download")
    parser.add_argument("--float32", action="store_true", help="keep the weights in float32 (twice the size)")
    arguments = parser.parse_args()

    tensors = weights.read(weights.fetch(arguments.work))
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(build(tensors, half=not arguments.float32).SerializeToString(deterministic=True))
    write_json(out / "config.json", CONFIG)
    write_json(out / "preprocessor_config.json", PREPROCESSOR)
    here = pathlib.Path(__file__).parent
    for name in ("LICENSE", "NOTICE", "README.md"):
        shutil.copyfile(here / "resource" / name, out / name)
    names = sorted(p.name for p in out.iterdir() if p.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (out / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    for line in sums:
        print(line, end="")


if __name__ == "__main__":
    main()
