"""Writes what Pillow, imagehash and transformers make of the test pictures.

    python golden.py PICTURES OUT.json

Run once with each Pillow release line (see requirements.txt). Everything is kept as the first half of a SHA-256 of raw bytes: uint8 samples
row by row, float32 little-endian tensors [3, H, W]. Nothing here is computed by hand: each number comes from the package.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import imagehash
import numpy as np
import PIL
import transformers
from PIL import Image, ImageOps
from transformers import (
    BeitImageProcessorPil,
    BitImageProcessorPil,
    CLIPImageProcessorPil,
    ConvNextImageProcessorPil,
    DeiTImageProcessorPil,
    EfficientNetImageProcessorPil,
    Siglip2ImageProcessorPil,
    SiglipImageProcessorPil,
    ViTImageProcessorPil,
)
from transformers.image_transforms import convert_to_rgb

warnings.simplefilter("ignore")
PICTURES = Path(sys.argv[1])

DINOV2 = {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True,
          "do_convert_rgb": True, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
          "rescale_factor": 0.00392156862745098}
# name: (class, settings as in preprocessor_config.json)
PROCESSORS = {
    "clip": (CLIPImageProcessorPil, {}),
    "clip-old": (CLIPImageProcessorPil, {"size": 224, "crop_size": 224, "resample": 3}),
    "dinov2": (BitImageProcessorPil, DINOV2),
    "vit": (ViTImageProcessorPil, {"size": 224, "resample": 2}),
    "siglip": (SiglipImageProcessorPil, {"size": {"height": 256, "width": 256}, "resample": 2}),
    "siglip-lanczos": (SiglipImageProcessorPil, {"size": {"height": 96, "width": 128}, "resample": 1}),
    "siglip2": (Siglip2ImageProcessorPil, {"patch_size": 16, "max_num_patches": 80}),
    "deit": (DeiTImageProcessorPil, {}),
    "deit-crop-larger": (DeiTImageProcessorPil, {"size": {"height": 101, "width": 96}, "crop_size": {"height": 128, "width": 133}}),
    "beit": (BeitImageProcessorPil, {"do_center_crop": True, "size": 256, "crop_size": 224}),
    "convnext": (ConvNextImageProcessorPil, {"size": {"shortest_edge": 224}, "crop_pct": 0.875}),
    "convnext-384": (ConvNextImageProcessorPil, {"size": 384}),
    "efficientnet": (EfficientNetImageProcessorPil, {"size": {"height": 224, "width": 224}, "resample": 0, "rescale_offset": True}),
    "bit-longest": (BitImageProcessorPil, {"size": {"shortest_edge": 100, "longest_edge": 180}, "do_center_crop": False}),
    "bit-max": (BitImageProcessorPil, {"size": {"max_height": 90, "max_width": 120}, "do_center_crop": False}),
    "clip-plain": (CLIPImageProcessorPil, {"do_resize": False, "do_normalize": False, "rescale_factor": 0.00784313725490196}),
    "vit-raw": (ViTImageProcessorPil, {"size": 64, "do_rescale": False}),
    "clip-pad": (CLIPImageProcessorPil, {"do_center_crop": False, "size": {"max_height": 90, "max_width": 120}, "do_pad": True,
                                          "pad_size": {"height": 100, "width": 125}}),
}


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:32]


def tensor(processor, image):
    made = processor(image, return_tensors="np")
    values = np.asarray(made["pixel_values"])[0]
    if "spatial_shapes" in made:
        values = whole(values, *made["spatial_shapes"][0], processor.patch_size)
    if values.dtype != np.float32:
        values = values.astype(np.float32)
    return {"shape": list(values.shape), "sha256": digest(values)}


def whole(patches, high, wide, side):
    """The picture [3, H, W] that was cut into patches of (row, column, channel), without the padding."""
    return patches[: high * wide].reshape(high, wide, side, side, 3).transpose(4, 0, 2, 1, 3).reshape(3, high * side, wide * side)


def bits(hash_):
    return str(hash_)


def picture(path):
    image = Image.open(path)
    image.load()
    upright = ImageOps.exif_transpose(image)
    result = {
        "mode": "I;16" if image.mode.startswith("I;16") else image.mode,
        "stored": [image.width, image.height],
        "upright": [upright.width, upright.height],
        "rgbDrop": digest(np.asarray(upright.convert("RGB"))),
        "rgbWhite": digest(convert_to_rgb(upright, return_numpy=True)),
        "rgbStored": digest(np.asarray(image.convert("RGB"))),
        "grey": digest(np.asarray(upright.convert("L"))),
        "phash": bits(imagehash.phash(upright)),
        "dhash": bits(imagehash.dhash(upright)),
    }
    plain = upright.convert("RGB")
    tensors = {}
    for name, (cls, settings) in PROCESSORS.items():
        if name == "clip-plain" and plain.size[0] * plain.size[1] > 50_000:
            continue
        processor = cls(**settings)
        # A processor that does not convert to RGB is given what transformers.image_utils.load_image gives it.
        tensors[name] = tensor(processor, upright if processor.do_convert_rgb else plain)
    result["tensors"] = tensors
    return result


SIZES = [(1, 1), (7, 5), (30, 30), (61, 20), (20, 43), (61, 43), (97, 64), (150, 91), (64, 300)]
FILTERS = {"NEAREST": 0, "LANCZOS": 1, "BILINEAR": 2, "BICUBIC": 3, "BOX": 4, "HAMMING": 5}
RESIZED = ["png-rgb.png", "png-rgba.png", "png-la8.png", "png-grey2.png", "png-palette4.png", "png-grey1.png", "jpeg-cmyk.jpg",
           "png-rgb-tall.png", "png-rgb-tall2.png", "png-rgb-wide.png", "png-rgb-1x57.png", "png-rgb-57x1.png"]


def resizes():
    result = {}
    for name in RESIZED:
        image = Image.open(PICTURES / name)
        image.load()
        for width, height in SIZES:
            for label, code in FILTERS.items():
                result[f"{name} {width}x{height} {label}"] = digest(np.asarray(image.resize((width, height), code)).astype(np.uint8) * (255 if image.mode == "1" else 1))
    return result


def main():
    names = sorted(p.name for p in PICTURES.iterdir())
    out = {
        "versions": {"pillow": PIL.__version__, "imagehash": imagehash.__version__, "transformers": transformers.__version__,
                     "numpy": np.__version__},
        "processors": {name: {"image_processor_type": cls.__name__.removesuffix("Pil"), **settings}
                       for name, (cls, settings) in PROCESSORS.items()},
        "pictures": {name: picture(PICTURES / name) for name in names},
        "resizes": resizes(),
    }
    Path(sys.argv[2]).write_text(json.dumps(out, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
