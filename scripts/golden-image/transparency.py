"""Pictures whose transparency is no alpha channel, and what transformers' convert_to_rgb makes of them.

    python transparency.py > ../../image/src/test/resources/dev/embedonce/image/transparency.json

Needs Pillow 13.0.0, numpy and transformers as pinned in requirements.txt. All content is computed here. Each picture is written down as
base64, with the digests (first 16 bytes of SHA-256) of convert("RGB") and of convert_to_rgb.
"""

import base64
import hashlib
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps
from transformers.image_transforms import convert_to_rgb

RNG = np.random.default_rng(20261201)
WIDTH, HEIGHT = 19, 11
PICTURES = {}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(name, depth, colour_type, rows, before, after=()):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in before)
    data += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows)))
    PICTURES[name] = data + b"".join(chunk(*c) for c in after) + chunk(b"IEND", b"")


def noise(length):
    return RNG.integers(0, 256, (HEIGHT, length)).astype(np.uint8)


def palettes():
    for depth in (1, 2, 4, 8):
        colours = 1 << depth
        forms = {
            "one": b"\0",
            "other": b"\xff" + b"\0",
            "part": RNG.integers(0, 256, min(colours, 7)).astype(np.uint8).tobytes(),
            "opaque": b"\xff" * min(colours, 3),
        }
        for form, alphas in forms.items():
            palette = RNG.integers(0, 256, 3 * colours).astype(np.uint8).tobytes()
            png(f"palette{depth}-{form}.png", depth, 3, noise((WIDTH * depth + 7) // 8), [(b"PLTE", palette), (b"tRNS", alphas)])
    palette = RNG.integers(0, 256, 768).astype(np.uint8).tobytes()
    png("palette8-late.png", 8, 3, noise(WIDTH), [(b"PLTE", palette)], [(b"tRNS", b"\0" * 99)])


def keys():
    for depth, key in ((1, 0), (1, 1), (2, 3), (4, 9), (8, 0), (8, 255), (8, 300), (16, 77), (16, 0x1234)):
        rows = noise((WIDTH * depth + 7) // 8)
        if depth >= 8:
            rows[:4] = np.resize(np.frombuffer(struct.pack(">H", key)[2 - depth // 8:], np.uint8), rows.shape[1])
        png(f"grey{depth}-{key}.png", depth, 0, rows, [(b"tRNS", struct.pack(">H", key))])
    for depth, key in ((8, (10, 20, 30)), (8, (255, 255, 255)), (8, (0, 0, 0)), (16, (0x1234, 0x5678, 0x9ABC))):
        rows = noise(WIDTH * 3 * depth // 8)
        colour = np.array(key, np.uint8) if depth == 8 else np.frombuffer(struct.pack(">HHH", *key), np.uint8)
        rows[:4] = np.resize(colour, rows.shape[1])
        png(f"rgb{depth}-{key[0]}.png", depth, 2, rows, [(b"tRNS", struct.pack(">HHH", *key))])


def saved(name, image, **options):
    out = io.BytesIO()
    image.save(out, name.rsplit(".", 1)[1], **options)
    PICTURES[name] = out.getvalue()


def gifs():
    colours = Image.fromarray(RNG.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)).quantize(32)
    grey = Image.fromarray(noise(WIDTH), "L")
    for index in (0, 3, 200):
        saved(f"colours-{index}.gif", colours, transparency=index)
        saved(f"grey-{index}.gif", grey, transparency=index)
    saved("animated.gif", colours, save_all=True, append_images=[grey.convert("P")], transparency=2, disposal=2)
    see_through = Image.fromarray(RNG.integers(0, 256, (HEIGHT, WIDTH, 4)).astype(np.uint8)).quantize(16)
    for orientation in (3, 6):
        exif = Image.Exif()
        exif[0x0112] = orientation
        saved(f"turned-{orientation}.png", see_through, exif=exif)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:32]


def main():
    palettes()
    keys()
    gifs()
    lines = []
    for name, data in PICTURES.items():
        image = Image.open(io.BytesIO(data))
        image.load()
        upright = ImageOps.exif_transpose(image)
        lines.append(json.dumps({
            "name": name, "mode": image.mode, "picture": base64.b64encode(data).decode(),
            "drop": digest(np.asarray(upright.convert("RGB"))), "white": digest(convert_to_rgb(upright, return_numpy=True))}))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
