"""Writes what transformers' torchvision-only DINOv3 processor makes of the test pictures.

    python floats.py PICTURES OUT_FOLDER

Needs torch and torchvision besides requirements.txt. OUT_FOLDER/dinov3.f32 holds float32 tensors [3, H, W], little-endian, one after the
other: for each of SETTINGS each picture in the order of names. OUT_FOLDER/dinov3.json says which, and the versions.
"""

import json
import sys
from pathlib import Path

import numpy as np
import PIL
import torch
import torchvision
import transformers
from PIL import Image, ImageOps
from transformers import DINOv3ViTImageProcessor

SETTINGS = [
    {"size": {"height": 10, "width": 12}},
    {"size": {"height": 20, "width": 11}, "resample": 3, "do_center_crop": True, "crop_size": {"height": 15, "width": 9}},
]


def main():
    names = sorted(p.name for p in Path(sys.argv[1]).iterdir())
    out = Path(sys.argv[2])
    with open(out / "dinov3.f32", "wb") as file:
        for settings in SETTINGS:
            processor = DINOv3ViTImageProcessor(**settings)
            for name in names:
                image = ImageOps.exif_transpose(Image.open(Path(sys.argv[1]) / name)).convert("RGB")
                values = processor(image, return_tensors="np")["pixel_values"][0]
                file.write(np.ascontiguousarray(values, dtype="<f4").tobytes())
    versions = {"pillow": PIL.__version__, "torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0],
                "transformers": transformers.__version__}
    described = [{"image_processor_type": "DINOv3ViTImageProcessorFast", **s} for s in SETTINGS]
    (out / "dinov3.json").write_text(json.dumps({"versions": versions, "settings": described, "pictures": names}, indent=1) + "\n")


if __name__ == "__main__":
    main()
