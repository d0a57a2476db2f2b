"""Writes grey and RGB test pictures for perceptual hashes and the hashes that imagehash gives them.

    python make_hash_pictures.py OUT.json

The pictures are described by numbers, so that the Java test draws the same ones: no image file is needed. kind, width,
height, a, b; see draw(). Integer arithmetic only.
"""

import json
import sys

import imagehash
import numpy as np
import PIL
from PIL import Image


def draw(kind, width, height, a, b):
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    if kind == "flat":
        p = np.full((height, width), a)
    elif kind == "stripes-x":
        p = np.where(x // a % 2 == 0, b, 255 - b)
    elif kind == "stripes-y":
        p = np.where(y // a % 2 == 0, b, 255 - b)
    elif kind == "chequers":
        p = np.where((x // a + y // a) % 2 == 0, b, 255 - b)
    elif kind == "ramp":
        p = (x * a + y * b) // 4 % 256
    elif kind == "rings":
        p = ((x - width // 2) ** 2 + (y - height // 2) ** 2) // a % 256
    elif kind == "noise":
        p = (x * 2654435761 + y * 40503 * a + (x * y + b) * 69069) // 257 % 256
    else:  # half
        p = np.where(x * a < y * b, 200, 30)
    red = p % 256
    green = (p * 3 // 2 + (a if kind in ("noise", "rings") else 0)) % 256 if kind in ("noise", "rings", "ramp") else red
    blue = (255 - p) % 256 if kind in ("noise", "rings") else red
    return Image.fromarray(np.stack([red, green, blue], -1).astype(np.uint8))


def cases():
    sizes = [(32, 32), (64, 64), (100, 60), (33, 77), (9, 8), (256, 256), (5, 5)]
    for width, height in sizes:
        for level in (0, 1, 127, 255):
            yield "flat", width, height, level, 0
        for step in (1, 2, 4, 7):
            yield "stripes-x", width, height, step, 0
            yield "stripes-y", width, height, step, 40
            yield "chequers", width, height, step, 0
        for a, b in ((1, 2), (5, 3), (17, 0), (0, 9)):
            yield "ramp", width, height, a, b
        for a in (3, 40):
            yield "rings", width, height, a, 0
        for a in range(1, 9):
            yield "noise", width, height, a, a * 7
        for a, b in ((1, 1), (2, 3)):
            yield "half", width, height, a, b


def main():
    rows = []
    for case in cases():
        image = draw(*case)
        rows.append([*case, str(imagehash.phash(image)), str(imagehash.dhash(image))])
    out = {"versions": {"pillow": PIL.__version__, "imagehash": imagehash.__version__, "numpy": np.__version__}, "pictures": rows}
    with open(sys.argv[1], "w") as file:
        file.write("{\"versions\": " + json.dumps(out["versions"]) + ", \"pictures\": [\n")
        file.write(",\n".join(json.dumps(row) for row in rows) + "\n]}")
        file.write("\n")
    print(len(rows), "pictures")


if __name__ == "__main__":
    main()
