"""Makes the tiny models of all families, and what transformers computes with them.

    python make_goldens.py OUT_FOLDER [FAMILY ...]
"""

import argparse
import importlib
import json
import os
import shutil
import tempfile
from pathlib import Path

# the same bits wherever in memory a tensor lies; to be set before torch is loaded
os.environ["MKL_CBWR"] = "AVX2,STRICT"

import torch
from transformers.utils import logging

import goldens
import layouts
import pictures
from vocabulary import write_json

FAMILIES = [
    "llava", "qwen3_vl", "llava_next", "qwen2_vl", "qwen2_5_vl", "gemma3", "idefics3", "smolvlm", "mistral3", "mllama",
    "qwen3_omni_moe",
    "florence2", "qwen3_vl_moe", "pixtral", "granite_vision", "aya_vision", "qwen3_5", "glm_ocr", "glm4v",
    "glm4v_moe", "gemma4", "paligemma", "llava_bunny", "internvl", "internvl_chat", "lfm2_vl", "dots_ocr",
    "paddleocr_vl", "ernie4_5_moe_vl", "kimi_vl", "phi3_v", "deepseek_vl_v2", "phi4_multimodal", "phi4mm", "idefics2",
    "multi_modality",
]


def try_seed(family, folder, pictures_folder, seed):
    """Writes every layout and computes on the published one; the others must give the same bits."""
    published = folder / "published"
    model = layouts.model_from(family, seed)
    layouts.write_published(family, model, published)
    exact = family.processor(published) if family.processor else layouts.processor_of(published, family.backend)
    results = {"published": goldens.compute(family, pictures_folder, layouts.load(published), exact)}
    entries = {"published": {}}
    if "transformers5" in family.layouts:
        other = folder / "transformers5"
        shared = layouts.write_transformers5(family, model, published, other)
        with tempfile.TemporaryDirectory() as whole:
            shutil.copytree(other, whole, dirs_exist_ok=True)
            layouts.fill(Path(whole), published, shared)
            processor = layouts.processor_of(whole, family.backend)
            again = goldens.compute(family, pictures_folder, layouts.load(whole), processor)
        assert again[1] == results["published"][1]
        difference = goldens.largest_difference(again[0], results["published"][0])
        assert difference == 0, difference
        entries["transformers5"] = {"copied_from_published": shared}
    if "published-bf16" in family.layouts:
        rounded = folder / "published-bf16"
        layouts.write_published(family, model, rounded, torch.bfloat16)
        results["published-bf16"] = goldens.compute(family, pictures_folder, layouts.load(rounded), exact)
        entries["published-bf16"] = {"copied_from_published": layouts.drop_same(published, rounded)}
    return model, results, entries


def try_original(family, folder, pictures_folder, seed):
    """As try_seed, where transformers 5 cannot read what was published: it computes on its own layout."""
    published, own = folder / "published", folder / "transformers5"
    model = layouts.model_from(family, seed)
    with tempfile.TemporaryDirectory() as sources:
        layouts.write_published(family, model, Path(sources))
        shared = layouts.write_transformers5(family, model, Path(sources), own)
        layouts.fill(own, Path(sources), shared)
    processor = (family.processor or layouts.processor_of)(own)
    results = goldens.compute(family, pictures_folder, layouts.load(own), processor)
    layouts.write_published(family.original, model, published)
    if family.processor:
        shutil.rmtree(own)
        return model, {"published": results}, {"published": {}}
    entries = {"published": {}, "transformers5": {"copied_from_published": layouts.drop_same(published, own)}}
    return model, {"published": results}, {layout: entries[layout] for layout in family.layouts if layout in entries}


def image_processor_of(family, folder, pictures_folder):
    """(what the manifest says of the image processor, how far torchvision's pixels lie from Pillow's)"""
    if family.processor:
        return {"class": family.processor.__name__}, {}
    exact = layouts.processor_of(folder, family.backend)
    said = {"class": type(exact.image_processor).__name__, "backend": family.backend}
    if family.backend != "pil":
        return said, {}
    other = layouts.processor_of(folder, "torchvision")
    differences = goldens.torchvision_differences(family, pictures_folder, exact, other)
    return said, {"torchvision_minus_pil": differences}


def compared_before(folder):
    """What mlx_compare.py wrote, as long as the goldens stay the same."""
    golden, manifest = folder / "golden.safetensors", folder / "manifest.json"
    if not manifest.exists():
        return dict
    before, key = golden.read_bytes(), "mlx_minus_transformers"
    kept = {name: value for name, value in json.loads(manifest.read_text()).items() if name == key}
    return lambda: kept if golden.read_bytes() == before else {}


def make(family, out):
    folder, pictures_folder = out / family.folder, out / "pictures"
    for seed in range(family.seed, family.seed + 40):
        try:
            attempt = try_original if family.original else try_seed
            model, results, entries = attempt(family, folder, pictures_folder, seed)
            break
        except goldens.Unclear as reason:
            print(f"{family.folder}: not seed {seed}: {reason}")
    else:
        raise SystemExit(f"{family.folder}: no seed is clear")
    compared = compared_before(folder)
    goldens.write(folder, *results["published"])
    if "published-bf16" in results:
        goldens.write(folder / "published-bf16", *results["published-bf16"])
    readable = folder / ("transformers5" if family.original else "published")
    image_processor, torchvision = image_processor_of(family, readable, pictures_folder)
    write_json(folder / "manifest.json", {
        "model_type": family.config["model_type"], "class": type(model).__name__, "seed": seed,
        "versions": layouts.versions(), "parameters": sum(p.numel() for p in model.parameters()),
        "image_processor": image_processor,
        "layouts": entries,
        **torchvision,
        "names_in_memory": layouts.names_in_memory(family.original or family, model),
        "notes": family.notes,
        **compared(),
    })
    if family.original and not family.processor and "transformers5" not in family.layouts:
        shutil.rmtree(readable)
    sizes = {file.relative_to(folder).as_posix(): file.stat().st_size for file in sorted(folder.rglob("*.safetensors"))}
    largest = max(case.get("largest_logit", 0) for case in results["published"][1])
    print(family.folder, "seed", seed, sizes, "largest logit", largest)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("families", nargs="*", default=FAMILIES)
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    pictures.draw(arguments.out / "pictures")
    for name in arguments.families:
        for family in importlib.import_module(f"families.{name}").FAMILIES:
            make(family, arguments.out)


if __name__ == "__main__":
    main()
