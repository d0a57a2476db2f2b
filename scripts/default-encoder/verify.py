"""
Judges the exported model: against the numpy reference at several sizes, float16 against float32 weights, load time
and speed, and how often the nearest neighbour of a picture is of its own category.

    python verify.py --model <folder with model.onnx> [--photos <folder of category folders>] [--per-category 8]
"""

import argparse
import pathlib
import time

import numpy as np
import onnxruntime
from PIL import Image

import convert
import pixels
import reference
import weights


def session(model, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run(s, x):
    return s.run(None, {"pixel_values": x})[0]


def cosine(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def timed(call, times):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return np.median(seconds) * 1e3


def retrieval(s, folder, per_category):
    labels, vectors = [], []
    for category in sorted(p for p in folder.iterdir() if p.is_dir()):
        for picture in sorted(category.iterdir())[:per_category]:
            labels.append(category.name)
            vectors.append(run(s, pixels.prepare(Image.open(picture))[None])[0])
    v = np.stack(vectors)
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    similarity = v @ v.T
    np.fill_diagonal(similarity, -np.inf)
    order = np.argsort(-similarity, axis=1)
    labels = np.array(labels)
    right = labels[order[:, : per_category - 1]] == labels[:, None]
    print(f"retrieval, {len(labels)} pictures: nearest {right[:, 0].mean():.3f}, precision@{per_category - 1} {right.mean():.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--photos", type=pathlib.Path)
    parser.add_argument("--per-category", type=int, default=8)
    arguments = parser.parse_args()

    tensors = weights.read(weights.fetch(arguments.work))
    full_bytes = convert.build(tensors, half=False).SerializeToString(deterministic=True)
    half_bytes = (arguments.model / "model.onnx").read_bytes()
    half, full = session(half_bytes), session(full_bytes)
    random = np.random.default_rng(7)
    for h, w in [(224, 224), (336, 336), (225, 301), (32, 32)]:
        x = random.uniform(-1, 1, (2, 3, h, w)).astype(np.float32)
        want = reference.features(tensors, x)
        a, b = run(full, x), run(half, x)
        print(
            f"{h}x{w}: float32 off by {np.abs(a - want).max():.1e}, float16 weights off by {np.abs(b - want).max():.1e} "
            f"(cosine {cosine(b, want).min():.6f}); feature norm {np.linalg.norm(want, axis=1).mean():.2f}"
        )
    x = random.uniform(-1, 1, (8, 3, 224, 224)).astype(np.float32)
    for label, data, s in [("float32", full_bytes, full), ("float16", half_bytes, half)]:
        print(
            f"{label}: {len(data) / 1e6:.2f} MB, load {timed(lambda: session(data), 9):.0f} ms, one thread: "
            f"{timed(lambda: run(s, x[:1]), 30):.2f} ms for one, {timed(lambda: run(s, x), 8) / 8:.2f} ms each in a batch of 8"
        )
    if arguments.photos:
        for s in (full, half):
            retrieval(s, arguments.photos, arguments.per_category)


if __name__ == "__main__":
    main()
