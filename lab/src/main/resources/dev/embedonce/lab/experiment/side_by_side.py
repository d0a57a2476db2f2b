# SPDX-License-Identifier: Apache-2.0
"""Times the article's cache over pictures whose vectors are ready-made: what is measured is the cache alone.

side_by_side.py FOLDER: FOLDER has pictures 0, 1, 2 ..., vectors.f32 (float32, one row a picture) and db (to be made). Prints JSON.
"""

import json
import pathlib
import sys
import time

import duckdb
import numpy as np
from article_cache import ArticleCache


def one_pass(cache, pictures, vectors):
    start = time.perf_counter()
    lookups = []
    for picture, vector in zip(pictures, vectors):
        began = time.perf_counter()
        answer = cache.get_or_compute(picture, lambda _: vector)
        lookups.append(time.perf_counter() - began)
        if not np.array_equal(answer, vector):
            raise SystemExit("the article's cache gave another vector")
    return {"seconds": time.perf_counter() - start, "p50_micros": 1e6 * float(np.median(lookups))}


def main():
    folder = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2])
    pictures = [(folder / str(i)).read_bytes() for i in range(count)]
    vectors = np.fromfile(folder / "vectors.f32", dtype="<f4").reshape(count, -1)
    with ArticleCache(folder / "db", "model", "pixels") as cache:
        cold = one_pass(cache, pictures, vectors)
        warm = one_pass(cache, pictures, vectors)
    versions = {"python": sys.version.split()[0], "duckdb": duckdb.__version__, "numpy": np.__version__}
    print(json.dumps({"cold": cold, "warm": warm, "versions": versions}))


main()
