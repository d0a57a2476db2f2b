"""The default encoder's preprocessing with Pillow: short side to 256 (bicubic), centre crop 224, (x - 127) / 128."""

import numpy as np
from PIL import Image


def prepare(picture):
    """Returns float32 [3, 224, 224] for a picture of any size."""
    picture = picture.convert("RGB")
    w, h = picture.size
    short, long = min(w, h), max(w, h)
    scaled = int(256 * long / short)
    size = (256, scaled) if w <= h else (scaled, 256)
    array = np.asarray(picture.resize(size, Image.Resampling.BICUBIC))
    top, left = (array.shape[0] - 224) // 2, (array.shape[1] - 224) // 2
    crop = array[top : top + 224, left : left + 224].astype(np.float32)
    return np.ascontiguousarray(((crop - 127) / 128).transpose(2, 0, 1))
