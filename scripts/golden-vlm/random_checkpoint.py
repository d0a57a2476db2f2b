"""Writes a checkpoint of random weights with the sizes, tensor names, config and shards of a published one.

    python random_checkpoint.py MODEL_DIR --like qwen3-vl-4b [--dtype bfloat16|float16|float32] [--shard-gb 3] [--seed 1]

`--like towers` writes the checkpoints of all real towers into folders of MODEL_DIR. For measuring memory and speed: its answers mean nothing. Weights are normal with a standard deviation of 0.02, norm weights
lie around 1, minima around -1. The numbers come from one block of four million that is written again and again, so it takes no more memory
than that and goes as fast as the disk. Same seed, same bytes. Needs numpy and tokenizers only.
"""

import argparse
import json
import math
import shutil
import struct
from pathlib import Path

import numpy as np

from presets import PRESETS, TOWERS
from vocabulary import QWEN, tokenizer_config, tokenizer_json, write_json

# a prime, so that the rows of a matrix differ
BLOCK = 4194301
SIZES = {"bfloat16": 2, "float16": 2, "float32": 4}
NAMES = {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}
TEMPLATES = Path(__file__).parent / "templates"


def encode(values, dtype):
    """float32 values as the bytes of `dtype`, rounded to nearest even."""
    if dtype != "bfloat16":
        return values.astype("<f2" if dtype == "float16" else "<f4").tobytes()
    bits = values.astype("<f4").view("<u4")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


class Numbers:
    """Endless random weights of each kind, as bytes."""

    def __init__(self, seed, dtype):
        noise = np.random.default_rng(seed).standard_normal(BLOCK, dtype=np.float32)
        self.width = SIZES[dtype]
        self.blocks = {
            "weight": encode(noise * np.float32(0.02), dtype),
            "norm": encode(1 + noise * np.float32(0.02), dtype),
            "minimum": encode(-1 + noise * np.float32(0.02), dtype),
            "bias": encode(noise * np.float32(0.01), dtype),
        }
        self.position = 0

    def write(self, out, count, kind):
        block = memoryview(self.blocks[kind])
        while count:
            step = min(count, BLOCK - self.position)
            out.write(block[self.position * self.width : (self.position + step) * self.width])
            self.position = (self.position + step) % BLOCK
            count -= step


def shards_of(tensors, width, limit):
    """The tensors in order, cut so that no shard is above `limit` bytes."""
    shards, size = [[]], 0
    for tensor in tensors:
        bytes_ = math.prod(tensor[1]) * width
        if shards[-1] and size + bytes_ > limit:
            shards.append([])
            size = 0
        shards[-1].append(tensor)
        size += bytes_
    return shards


def write_shard(file, tensors, numbers, dtype):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, _ in tensors:
        end = offset + math.prod(shape) * numbers.width
        header[name] = {"dtype": NAMES[dtype], "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, shape, kind in tensors:
            numbers.write(out, math.prod(shape), kind)
    return offset


def write_weights(folder, tensors, dtype, seed, limit):
    numbers = Numbers(seed, dtype)
    shards = shards_of(tensors, numbers.width, limit)
    weight_map, total = {}, 0
    for index, shard in enumerate(shards, 1):
        name = "model.safetensors" if len(shards) == 1 else f"model-{index:05}-of-{len(shards):05}.safetensors"
        total += write_shard(folder / name, shard, numbers, dtype)
        weight_map |= {tensor[0]: name for tensor in shard}
    if len(shards) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        write_json(folder / "model.safetensors.index.json", index)
    return len(shards), total


def write_tokenizer(folder, preset):
    if "tokenizer" not in preset:
        return
    arguments = dict(preset["tokenizer"])
    if arguments.pop("pattern", None) == "qwen":
        arguments["pattern"] = QWEN
    tokenizer = tokenizer_json(**arguments)
    write_json(folder / "tokenizer.json", tokenizer)
    write_json(folder / "tokenizer_config.json", tokenizer_config(tokenizer, **preset["tokenizer_config"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--like", choices=[*PRESETS, "towers"], required=True)
    parser.add_argument("--dtype", choices=SIZES, help="default: as published")
    parser.add_argument("--shard-gb", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    names = TOWERS if arguments.like == "towers" else [arguments.like]
    for name in names:
        write(arguments.model / name if arguments.like == "towers" else arguments.model, PRESETS[name](), arguments)


def write(folder, preset, arguments):
    dtype = arguments.dtype or preset["dtype"]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", preset["config"])
    for name, content in preset["files"].items():
        if name.endswith(".jinja"):
            (folder / name).write_text((TEMPLATES / f"{content}.jinja").read_text())
        else:
            write_json(folder / name, content)
    write_tokenizer(folder, preset)
    for file in preset.get("copies", []):
        shutil.copy(file, folder)
    shards, total = write_weights(folder, preset["tensors"], dtype, arguments.seed, arguments.shard_gb * 1e9)
    print(f"{folder}: {len(preset['tensors'])} tensors, {dtype}, {total / 1e9:.2f} GB in {shards} shard(s)")


if __name__ == "__main__":
    main()
