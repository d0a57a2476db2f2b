"""Runs the tiny models in mlx-vlm and writes into manifest.json how far its logits lie from transformers'.

    python mlx_compare.py FAMILIES_FOLDER FOLDER ...

Needs `mlx[cpu]==0.32.4 mlx-vlm==0.7.10`. Runs on Linux CPUs.
"""

import argparse
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_vlm.utils import load_model
from safetensors.numpy import load_file

CASES = ["text", "one", "two", "three", "very_wide", "very_tall", "grey"]
TENSORS = [
    "image_grid_thw", "image_sizes", "pixel_attention_mask", "aspect_ratio_ids", "aspect_ratio_mask",
    "cross_attention_mask",
]


def mlx_folder(published, target, changes):
    """The published folder with what mlx-vlm cannot know from it set in its config."""
    for file in published.iterdir():
        if file.name != "config.json":
            (target / file.name).symlink_to(file.resolve())
    config = json.loads((published / "config.json").read_text())
    for path, value in changes.items():
        node = config
        *parents, last = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
    (target / "config.json").write_text(json.dumps(config))
    return target


def logits_of(model, golden, case, masked):
    extra = {name: mx.array(golden[f"{case}.{name}"]) for name in TENSORS if f"{case}.{name}" in golden}
    pixels = golden.get(f"{case}.pixel_values")
    ids = mx.array(golden[f"{case}.input_ids"])
    mask = mx.ones(ids.shape, dtype=mx.int32) if masked and pixels is not None else None
    out = model(ids, None if pixels is None else mx.array(pixels), mask=mask, **extra)
    return np.array(out.logits.astype(mx.float32))[0]


def compare(folder, changes, masked):
    golden = load_file(folder / "golden.safetensors")
    names = {case["name"]: case for case in json.loads((folder / "cases.json").read_text())["cases"]}
    result = {}
    with tempfile.TemporaryDirectory() as target:
        try:
            model = load_model(mlx_folder(folder / "published", Path(target), changes))
        except Exception as error:  # what mlx-vlm cannot run is a finding
            return f"{type(error).__name__}: {error}"[:200]
        for case in CASES:
            if case not in names or (names[case]["pictures"] and f"{case}.pixel_values" not in golden):
                continue
            try:
                logits = logits_of(model, golden, case, masked)
                all_positions = golden.get(f"{case}.logits")
                reference = golden[f"{case}.last_logits"]
                difference = {"last": float(np.abs(logits[-1] - reference).max())}
                if all_positions is not None:
                    difference["all"] = float(np.abs(logits - all_positions).max())
                result[case] = difference
            except Exception as error:
                result[case] = f"{type(error).__name__}: {error}"[:200]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", nargs="+")
    arguments = parser.parse_args()
    settings = json.loads((Path(__file__).parent / "mlx_settings.json").read_text())
    for name in arguments.folders:
        folder = arguments.out / name
        chosen = settings.get(name, {})
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["mlx_minus_transformers"] = {
            "mlx-vlm": version("mlx-vlm"), "mlx": version("mlx"), "config_set": chosen.get("config", {}),
            "logits": compare(folder, chosen.get("config", {}), chosen.get("mask", False)),
            "why": chosen.get("why", ""),
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        print(name, json.dumps(manifest["mlx_minus_transformers"]["logits"]))


if __name__ == "__main__":
    main()
