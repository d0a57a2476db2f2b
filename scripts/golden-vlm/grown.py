"""Presets with the real tower of a family behind a small language model of real width, grown from the tiny model of its goldens.

The sizes of the tiny models differ from each other on purpose, so a size can be replaced wherever it stands in a shape.
"""

import json
import re
import struct
from pathlib import Path

TINY = Path(__file__).resolve().parents[2] / "vlm/src/test/resources/families"


def shapes(file):
    """Name and shape of every tensor of a safetensors file, in its order."""
    with open(file, "rb") as source:
        header = json.loads(source.read(struct.unpack("<Q", source.read(8))[0]))
    return {name: tensor["shape"] for name, tensor in header.items() if name != "__metadata__"}


def kind(name):
    return "bias" if name.endswith("bias") else "norm" if "norm" in name else "weight"


def edited(family, tensors, edits):
    """The preset of these tensors with the other files of the tiny model; edits: (file, path in it) to value."""
    folder = TINY / family / "published"
    files = {file.name: json.loads(file.read_text()) for file in folder.glob("*config.json")}
    for (file, *path), value in edits.items():
        place = files[file]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
    return {
        "config": files.pop("config.json"), "files": files, "dtype": "bfloat16", "tensors": tensors,
        "copies": [folder / "tokenizer.json", *folder.glob("*.jinja")],
    }


def grown(family, layers, sizes, edits):
    """
    layers: prefix of a list of layers to the number there shall be, all like the first of their kind in the tiny model;
    sizes: prefix of names to {tiny size: real size}, the first that fits counts; edits: as in edited.
    """
    folder = TINY / family / "published"
    tensors = []
    for name, shape in shapes(folder / "model.safetensors").items():
        real = next(real for prefix, real in sizes.items() if name.startswith(prefix))
        shape = tuple(real.get(size, size) for size in shape)
        listed = next((prefix for prefix in layers if name.startswith(prefix)), None)
        if listed is None:
            tensors.append((name, shape, kind(name)))
            continue
        index, rest = re.match(r"(\d+)\.(.*)", name[len(listed) :]).groups()
        copies = range(layers[listed]) if index == "0" and "language" not in listed else [int(index)]
        tensors += [(f"{listed}{i}.{rest}", shape, kind(name)) for i in copies if i < layers[listed]]
    return edited(family, list(dict.fromkeys(tensors)), edits)


def gemma3():
    """SigLIP-so400m at 896 and the width of gemma-3-4b."""
    preprocessor, vision = "preprocessor_config.json", ("config.json", "vision_config")
    return grown(
        "gemma3",
        {"vision_tower.vision_model.encoder.layers.": 27, "language_model.model.layers.": 1},
        {"": {32: 1152, 60: 4304, 36: 4096, 8: 14, 48: 2560}},
        {
            (*vision, "hidden_size"): 1152, (*vision, "intermediate_size"): 4304, (*vision, "num_hidden_layers"): 27,
            (*vision, "num_attention_heads"): 16, (*vision, "patch_size"): 14, (*vision, "image_size"): 896,
            ("config.json", "text_config", "hidden_size"): 2560, ("config.json", "text_config", "num_hidden_layers"): 1,
            ("config.json", "mm_tokens_per_image"): 256, (preprocessor, "image_seq_length"): 256,
            (preprocessor, "size"): {"height": 896, "width": 896}, ("processor_config.json", "image_seq_length"): 256,
        },
    )


def mllama():
    """The tower and width of Llama-3.2-11B-Vision, four tiles of 560."""
    text, vision = ("config.json", "text_config"), ("config.json", "vision_config")
    return grown(
        "mllama",
        {
            "vision_model.transformer.layers.": 32, "vision_model.global_transformer.layers.": 8,
            "language_model.model.layers.": 2,
        },
        {
            "language_model.": {48: 4096, 24: 1024, 12: 128},
            "": {24: 1280, 44: 5120, 17: 1601, 96: 5120, 1632: 8197120, 7: 14, 48: 4096, 72: 7680},
        },
        {
            (*vision, "hidden_size"): 1280, (*vision, "intermediate_size"): 5120, (*vision, "num_hidden_layers"): 32,
            (*vision, "num_global_layers"): 8, (*vision, "attention_heads"): 16, (*vision, "patch_size"): 14,
            (*vision, "image_size"): 560, (*vision, "intermediate_layers_indices"): [3, 7, 15, 23, 30],
            (*vision, "vision_output_dim"): 7680,
            (*text, "hidden_size"): 4096, (*text, "num_hidden_layers"): 2, (*text, "cross_attention_layers"): [1],
            (*text, "num_attention_heads"): 32, (*text, "num_key_value_heads"): 8,
            ("preprocessor_config.json", "size"): {"height": 560, "width": 560},
        },
    )


def smolvlm():
    """The tower and width of SmolVLM2-256M, up to 4 x 4 tiles of 512."""
    text, vision = ("config.json", "text_config"), ("config.json", "vision_config")
    preprocessor = "preprocessor_config.json"
    return grown(
        "smolvlm",
        {"model.vision_model.encoder.layers.": 12, "model.text_model.layers.": 1},
        {"model.text_model.": {48: 576, 16: 192}, "": {24: 768, 40: 3072, 64: 1024, 4: 16, 48: 576, 384: 12288}},
        {
            (*vision, "hidden_size"): 768, (*vision, "intermediate_size"): 3072, (*vision, "num_hidden_layers"): 12,
            (*vision, "num_attention_heads"): 12, (*vision, "patch_size"): 16, (*vision, "image_size"): 512,
            (*vision, "max_image_size"): {"longest_edge": 512}, (*vision, "size"): {"longest_edge": 2048},
            (*text, "hidden_size"): 576, (*text, "num_hidden_layers"): 1, (*text, "num_attention_heads"): 9,
            (*text, "num_key_value_heads"): 3, (*text, "head_dim"): 64,
            (preprocessor, "max_image_size"): {"longest_edge": 512}, (preprocessor, "size"): {"longest_edge": 2048},
            ("processor_config.json", "image_seq_len"): 64,
        },
    )
