"""What transformers makes of pictures that are not RGB with Florence-2's published settings, when they come by its load_image.

    python florence2_pixels.py ../../vlm/src/test/resources/families

Needs Pillow 13.0.0, numpy and transformers as pinned in requirements.txt, no torch.
"""

import base64
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from transformers.image_utils import load_image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

FAMILIES = Path(sys.argv[1])
SETTINGS = json.loads((FAMILIES / "florence2/published/preprocessor_config.json").read_text())


def see_through():
    """RGB with a transparent colour."""
    pixels = np.random.default_rng(7).integers(0, 4, (24, 32, 3)).astype(np.uint8) * 80
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", transparency=(0, 80, 160))
    return out.getvalue()


processor = CLIPImageProcessorPil(**{k: v for k, v in SETTINGS.items() if k not in ("image_processor_type", "processor_class")})
pictures = {name: (FAMILIES / "pictures" / name).read_bytes() for name in ("grey.png", "rgba.png", "palette.png", "photo.jpg")}
lines = []
for name, data in (pictures | {"see-through.png": see_through()}).items():
    image = load_image(Image.open(io.BytesIO(data)))
    values = np.asarray(processor(image, return_tensors="np")["pixel_values"])[0].astype(np.float32)
    line = {"picture": name, "sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()}
    if name not in pictures:
        line["bytes"] = base64.b64encode(data).decode()
    lines.append(json.dumps(line))
(FAMILIES / "florence2/load_image.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
