# SPDX-License-Identifier: Apache-2.0
"""Writes a small file the way the article's program does, and beside it a manifest of what is in it.

Usage: make_fixture.py FILE.duckdb MANIFEST.tsv
The manifest has a line for each row: content hash, the vector's float32 bits as eight hexadecimal digits each, created_ts.
"""

import pathlib
import sys

import duckdb
import numpy as np

from article_cache import ArticleCache, sha256

MODEL, PREPROC = "facebook/dinov2-small", "resize224-imnet"
VECTORS = np.array(
    [
        [0.25, -1.5, 3.0, 1e-3],
        [1.0, 2.0, -0.0, 4.0],
        [np.inf, -np.inf, np.nan, 1.17549435e-38],
        [1e-45, 3.4028235e38, -7.25, 0.1],
        [0.0, 0.0, 0.0, 0.0],
    ],
    dtype=np.float32,
)
CREATED = 1767225600.0


def main(target, manifest):
    pathlib.Path(target).unlink(missing_ok=True)
    lines = [f"# duckdb {duckdb.__version__}, numpy {np.__version__}; {MODEL}; {PREPROC}"]
    with ArticleCache(target, MODEL, PREPROC) as cache:
        for number, vector in enumerate(VECTORS):
            image = b"article image %d" % number
            created = CREATED + number + 0.125
            cache.put(image, vector, created)
            bits = " ".join(f"{word:08x}" for word in vector.view(np.uint32))
            lines.append(f"{sha256(image)}\t{bits}\t{created}")
    pathlib.Path(manifest).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
