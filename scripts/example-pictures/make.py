"""Draws the small pictures in examples/pictures: every supported format, a rotated photo-like one, and one picture twice in other bytes.

Needs pillow==12.1.1 and numpy. Run from the root: python3 scripts/example-pictures/make.py
"""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

OUT = pathlib.Path("examples/pictures")


def landscape(seed: int, width: int = 320, height: int = 240) -> Image.Image:
    """A sky, hills and a sun, different for every seed."""
    rng = np.random.default_rng(seed)
    top, bottom = rng.integers(80, 255, 3), rng.integers(120, 255, 3)
    ramp = np.linspace(0, 1, height)[:, None, None]
    sky = (top * (1 - ramp) + bottom * ramp).repeat(width, axis=1)
    image = Image.fromarray(sky.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    x, y, r = rng.integers(40, width - 40), rng.integers(30, height // 2), rng.integers(14, 34)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 236, 150))
    for layer in range(3):
        base = height * (0.55 + 0.13 * layer)
        xs = np.arange(0, width + 8, 8)
        ys = base + 18 * np.sin(xs / rng.uniform(18, 50) + rng.uniform(0, 6)) + rng.normal(0, 3, xs.size)
        colour = tuple(int(c) for c in rng.integers(20, 150 - 30 * layer, 3))
        draw.polygon([(0, height), *zip(xs.tolist(), ys.tolist()), (width, height)], fill=colour)
    return image.filter(ImageFilter.GaussianBlur(0.8))


def shapes(seed: int, size: int = 256) -> Image.Image:
    """Overlapping discs and boxes on white."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(9):
        x, y, r = rng.integers(20, size - 20), rng.integers(20, size - 20), rng.integers(12, 60)
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)((x - r, y - r, x + r, y + r), fill=colour)
    return image


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    landscape(1).save(OUT / "hills.jpg", quality=88)
    landscape(2, 240, 320).save(OUT / "valley.jpg", quality=88, progressive=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    landscape(3).rotate(90, expand=True).save(OUT / "held-upright.jpg", quality=88, exif=exif)
    landscape(4).convert("L").save(OUT / "grey-morning.jpg", quality=88)
    landscape(5).save(OUT / "lake.webp", quality=85)
    shapes(6).save(OUT / "discs.png", optimize=True)
    shapes(6).save(OUT / "discs-saved-again.png", compress_level=1)  # other bytes, same pixels
    shapes(7).quantize(32).save(OUT / "boxes.gif")
    shapes(8, 160).save(OUT / "poster.bmp")
    shapes(9).save(OUT / "print.tif", compression="tiff_lzw")
    sticker = shapes(10).convert("RGBA")
    mask = Image.new("L", sticker.size, 0)
    ImageDraw.Draw(mask).ellipse((20, 20, 236, 236), fill=255)
    sticker.putalpha(mask)
    sticker.save(OUT / "sticker.png", optimize=True)


if __name__ == "__main__":
    main()
