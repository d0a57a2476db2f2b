# SPDX-License-Identifier: Apache-2.0
"""Uses a file of our DuckDB store the way the article's program does.

Usage: check_compatibility.py FILE.duckdb MODEL PREPROC < orders

Each line of the orders is a verb, an image's bytes in hexadecimal, and a vector's little-endian float32 bytes in hexadecimal:

  hit      get_or_compute gives exactly this vector and does not compute
  miss     get_or_compute computes; this vector is its answer, and is stored
  replace  this vector is stored over whatever is there
  zero     the stored vector is overwritten in place with zeros, nothing else of the row (the vector in the order is not used)
  crash    this vector is stored by a process that dies without closing the file (not on Windows)
  open     the file is opened and closed, nothing else

Ends with status 1 and a line on standard error at the first order that does not go as it says; otherwise prints the number of orders
and DuckDB's version.
"""

import os
import sys

import duckdb
import numpy as np

from article_cache import ArticleCache, sha256


def refuse(_image):
    raise AssertionError("the encoder was called for an image that is stored")


def obey(cache, verb, image, vector):
    if verb == "hit":
        found = cache.get_or_compute(image, refuse)
        assert found.dtype == np.float32 and found.tobytes() == vector.tobytes(), f"other bits: {found} not {vector}"
    elif verb == "miss":
        calls = []
        cache.get_or_compute(image, lambda data: calls.append(data) or vector)
        assert calls == [image], f"the encoder was called {len(calls)} times"
    elif verb == "replace":
        cache.put(image, vector)
    else:
        raise AssertionError("no such order")


def zero(path, image):
    with duckdb.connect(path) as connection:
        row = connection.execute(
            "UPDATE embeddings SET vec = repeat('\\x00'::BLOB, dim * 4) WHERE content_hash = ?", [sha256(image)]
        ).fetchone()
        assert row == (1,), f"{row} rows changed"


def crash(path, model, preproc, image, vector):
    child = os.fork()
    if child == 0:
        cache = ArticleCache(path, model, preproc)  # held, or it would be closed
        cache.put(image, vector)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "the child failed"


def main(path, model, preproc):
    count = 0
    for count, line in enumerate(sys.stdin, start=1):
        verb, image, vector = line.rstrip("\n").split(" ")
        image = bytes.fromhex(image)
        vector = np.frombuffer(bytes.fromhex(vector), dtype="<f4")
        try:
            if verb == "zero":
                zero(path, image)
            elif verb == "crash":
                crash(path, model, preproc, image, vector)
            elif verb == "open":
                duckdb.connect(path).close()
            else:
                with ArticleCache(path, model, preproc) as cache:
                    obey(cache, verb, image, vector)
        except AssertionError as e:
            sys.exit(f"order {count}, {verb} {sha256(image)}: {e}")
    print(f"{count} orders, duckdb {duckdb.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
