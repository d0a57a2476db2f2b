"""
Writes what the Java tests of the default encoder expect.

    python golden.py --model <folder with model.onnx> --out <folder>

For every picture: the PNG itself, `<name>.runtime.npy` (onnxruntime on the exported model, fed with Pillow's pixels)
and `<name>.reference.npy` (numpy on the published float32 weights). `manifest.json` keeps the versions and the seed.
"""

import argparse
import hashlib
import json
import pathlib
import platform

import numpy as np
import onnxruntime
import PIL
from PIL import Image, ImageDraw

import pixels
import reference
import verify
import weights

SEED = 20


def pictures():
    random = np.random.default_rng(SEED)
    noise = random.integers(0, 256, (224, 224, 3), dtype=np.uint8)
    yield "noise-224", Image.fromarray(noise)

    y, x = np.mgrid[0:300, 0:420]
    waves = np.stack([127 + 120 * np.sin(x / 17 + c) * np.cos(y / (11 + 3 * c)) for c in range(3)], axis=2)
    yield "waves-420x300", Image.fromarray(waves.astype(np.uint8))

    shapes = Image.new("RGB", (257, 391), (240, 230, 210))
    draw = ImageDraw.Draw(shapes)
    draw.ellipse((30, 40, 200, 210), fill=(200, 40, 30))
    draw.rectangle((90, 180, 240, 360), fill=(20, 90, 180))
    draw.polygon([(10, 380), (120, 250), (180, 385)], fill=(40, 150, 60))
    yield "shapes-257x391", shapes

    yield "grey-256", Image.new("RGB", (256, 256), (127, 127, 127))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build"))
    arguments = parser.parse_args()

    tensors = weights.read(weights.fetch(arguments.work))
    model = (arguments.model / "model.onnx").read_bytes()
    session = verify.session(model)
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    names = []
    for name, picture in pictures():
        picture.save(out / f"{name}.png")
        x = pixels.prepare(picture)[None]
        np.save(out / f"{name}.runtime.npy", verify.run(session, x)[0])
        np.save(out / f"{name}.reference.npy", reference.features(tensors, x)[0].astype(np.float32))
        names.append(name)
    manifest = {
        "model_sha256": hashlib.sha256(model).hexdigest(),
        "numpy": np.__version__,
        "onnxruntime": onnxruntime.__version__,
        "pictures": names,
        "pillow": PIL.__version__,
        "python": platform.python_version(),
        "seed": SEED,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
