"""What transformers' LlavaImageProcessor makes of some of the test pictures when it pads them to squares.

    python llava.py > ../../image/src/test/resources/dev/embedonce/image/llava.json

Needs Pillow 13.0.0, numpy and transformers as pinned in requirements.txt.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil

PICTURES = Path(__file__).resolve().parents[2] / "image/src/test/resources/dev/embedonce/image/pictures"
NAMES = ["png-rgb.png", "png-rgba.png", "png-grey8-trns.png", "png-palette-trns.png", "png-rgb-tall.png", "png-rgb-wide.png",
         "png-rgb-1x57.png", "png-rgb-57x1.png", "jpeg-cmyk.jpg", "gif-transparent.gif"]
SETTINGS = [
    {"do_pad": True},
    {"do_pad": True, "size": {"shortest_edge": 40}, "crop_size": {"height": 40, "width": 40}},
    {"do_pad": True, "do_center_crop": False, "size": {"height": 30, "width": 50}, "resample": 2},
    {"do_pad": True, "do_resize": False, "do_center_crop": False, "image_mean": [0.999, 0.5, 0.0]},
    {"do_pad": True, "do_normalize": False, "size": {"shortest_edge": 33}, "resample": 0},
    {"do_pad": False, "size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}},
]

lines = []
for settings in SETTINGS:
    processor = LlavaImageProcessorPil(**settings)
    written = json.loads(processor.to_json_string())
    for name in NAMES:
        image = Image.open(PICTURES / name)
        image.load()
        values = np.asarray(processor(ImageOps.exif_transpose(image), return_tensors="np")["pixel_values"])[0].astype(np.float32)
        lines.append(json.dumps({
            "settings": written, "picture": name, "shape": list(values.shape),
            "sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:32]}))
print("[\n" + ",\n".join(lines) + "\n]")
