"""Draws the pictures that the cases look at: small, seeded, and of every kind that processors treat differently."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SEED = 7


def _shapes(width, height, seed, mode="RGB"):
    """Coloured rectangles and ellipses on a gradient."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    bottom = random.integers(0, 256, 3)
    base = np.stack([(x * 255 // max(width - 1, 1) + bottom[c] + y * 2) % 256 for c in range(3)], -1)
    image = Image.fromarray(base.astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    for index in range(5):
        x0, y0 = int(random.integers(0, max(width - 2, 1))), int(random.integers(0, max(height - 2, 1)))
        x1, y1 = x0 + 1 + int(random.integers(0, width // 2 + 1)), y0 + 1 + int(random.integers(0, height // 2 + 1))
        colour = tuple(int(c) for c in random.integers(0, 256, 3))
        (draw.rectangle if index % 2 else draw.ellipse)((x0, y0, x1, y1), fill=colour)
    return image.convert(mode)


def _photo(width, height):
    """Hills, sky and noise, as a camera would store them."""
    random = np.random.default_rng(SEED)
    y, x = np.mgrid[0:height, 0:width]
    hill = height * (0.55 + 0.12 * np.sin(x / 23.0) + 0.05 * np.sin(x / 7.0))
    sky = np.stack([90 + y * 0.7, 140 + y * 0.5, 235 - y * 0.3], -1)
    land = np.stack([60 + x * 0.4, 120 + (y - hill) * 0.6, 50 + x * 0.1], -1)
    picture = np.where((y > hill)[..., None], land, sky) + random.normal(0, 9, (height, width, 1))
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8), "RGB")


def _rgba():
    image = _shapes(60, 44, 11).convert("RGBA")
    y, x = np.mgrid[0:44, 0:60]
    image.putalpha(Image.fromarray(((x * 4 + y) % 256).astype(np.uint8), "L"))
    return image


def draw(folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    png = dict(format="PNG", optimize=False)
    _shapes(64, 64, 1).save(folder / "square.png", **png)
    _shapes(90, 50, 2).save(folder / "wide.png", **png)
    _shapes(46, 85, 3).save(folder / "tall.png", **png)
    _photo(200, 150).save(folder / "photo.jpg", format="JPEG", quality=88, subsampling=2)
    _shapes(190, 9, 4).save(folder / "very_wide.png", **png)
    _shapes(7, 150, 5).save(folder / "very_tall.png", **png)
    _shapes(1, 60, 6).save(folder / "column.png", **png)
    _shapes(3, 2, 8).save(folder / "tiny.png", **png)
    _shapes(52, 40, 9, "L").save(folder / "grey.png", **png)
    _rgba().save(folder / "rgba.png", **png)
    _shapes(44, 44, 10).quantize(16).save(folder / "palette.png", **png)
