"""Runs `embedonce embed` on a copy of a photo folder: cold, warm, and after changes, and checks what was reused.

Changes: 20 % of the files renamed, 5 % overwritten in place (same name, size and modification time, other content), 5 % saved as
PNG (added beside the JPEG, then saved again with other compression), 3 files corrupted, 10 added. Expected counts are asserted.

Needs pillow, numpy and pyarrow:  python3 scripts/reuse-check.py PHOTOS [--seed 1]
"""

import argparse
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent


def embed(folder: pathlib.Path, store: pathlib.Path, out: pathlib.Path) -> dict:
    command = [ROOT / "embedonce", "embed", folder, "--store", f"sqlite:{store}", "--out", out, "--json", "--quiet"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout)
    shown = ("images", "hits", "pixelHits", "encoded", "failed", "corrupt", "wallSeconds", "encodeSeconds", "savedEncodeSeconds")
    print("  " + ", ".join(f"{k} {result[k]:.2f}" if isinstance(result[k], float) else f"{k} {result[k]}" for k in shown))
    return result


def vectors(out: pathlib.Path) -> dict:
    table = pq.read_table(out, columns=["content_hash", "vector"])
    flat = table["vector"].combine_chunks().values.to_numpy().reshape(table.num_rows, -1)
    return {h: v.tobytes() for h, v in zip(table["content_hash"].to_pylist(), flat)}


def overwrite_in_place(path: pathlib.Path) -> None:
    """Another picture, with the same name, size and modification time."""
    before = path.stat()
    image = Image.open(path).convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for quality in range(90, 4, -3):
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality)
        padding = before.st_size - data.tell()
        if padding >= 0:
            break
    path.write_bytes(data.getvalue() + b"\0" * padding)  # decoders stop at the end marker
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="reuse-check-"))
    photos, store = work / "photos", work / "cache.db"
    shutil.copytree(arguments.photos, photos)
    files = sorted(p for p in photos.rglob("*") if p.is_file())
    count = len(files)
    print(f"{count} photos, seed {arguments.seed}")

    pngs = random.sample(files, count // 20)
    for path in pngs:  # part of the collection from the start
        Image.open(path).convert("RGB").save(path.with_suffix(".png"), compress_level=1)

    print("cold")
    cold = embed(photos, store, work / "cold.parquet")
    print("warm")
    warm = embed(photos, store, work / "warm.parquet")
    same = vectors(work / "cold.parquet") == vectors(work / "warm.parquet")
    print(f"  vectors bit-equal to the cold run's: {same}")

    shuffled = random.sample(files, count)
    fifth, twentieth = count // 5, count // 20
    renamed, edited, corrupted = shuffled[:fifth], shuffled[fifth : fifth + twentieth], shuffled[fifth + twentieth :][:3]
    for i, path in enumerate(renamed):
        path.rename(path.with_name(f"renamed-{i}.bin" if i % 2 else f"renamed-{i}.jpg"))
    for path in edited:
        overwrite_in_place(path)
    for path in corrupted:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for path in pngs:
        png = path.with_suffix(".png")
        Image.open(png).save(png, compress_level=9)  # other bytes, same pixels
    rng = np.random.default_rng(arguments.seed)
    for i in range(10):
        Image.fromarray(rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)).save(photos / f"added-{i}.png")

    print(f"after: {len(renamed)} renamed, {len(edited)} edited in place, {len(pngs)} PNGs saved again, 3 corrupted, 10 added")
    after = embed(photos, store, work / "after.parquet")

    total = count + len(pngs)
    checks = {
        "warm run reuses everything": warm["encoded"] == 0 and warm["hits"] == total,
        "warm vectors are bit-equal": same,
        "every in-place edit and every new file is encoded, and nothing else": after["encoded"] == len(edited) + 10,
        "every PNG saved again is a pixel hit": after["pixelHits"] == len(pngs),
        "corrupted files fail alone": after["failed"] == 3,
        "the rest, renamed or not, are hits": after["hits"] == total - len(edited) - len(pngs) - 3,
    }
    for text, passed in checks.items():
        print(f"{'yes' if passed else 'NO '}  {text}")
    print(f"cold {cold['wallSeconds']:.1f} s, warm {warm['wallSeconds']:.1f} s, after {after['wallSeconds']:.1f} s")
    shutil.rmtree(work)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
