# SPDX-License-Identifier: Apache-2.0
"""A cache of image embeddings in one DuckDB table, as the article "Stop Re-Embedding the Same Images" describes it.

Written anew from that description, to show that our DuckDB store and a program of that kind can share a file. Table, look-up and
insert are the article's: a three-part primary key, the vector as plain float32 bytes, no checksum.
"""

import hashlib
import time

import duckdb
import numpy as np

_TABLE = """
CREATE TABLE IF NOT EXISTS embeddings (
    model_version VARCHAR NOT NULL,
    preproc_version VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    dim INTEGER NOT NULL,
    vec BLOB NOT NULL,
    created_ts DOUBLE NOT NULL,
    PRIMARY KEY (model_version, preproc_version, content_hash)
)
"""
_LOOK_UP = "SELECT dim, vec FROM embeddings WHERE model_version = ? AND preproc_version = ? AND content_hash = ?"
_STORE = "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?, ?)"


def sha256(image_bytes):
    """The content hash: 64 hexadecimal digits over the encoded bytes."""
    return hashlib.sha256(image_bytes).hexdigest()


class ArticleCache:
    """Answers from the table or computes and stores. Not thread-safe; close it."""

    def __init__(self, path, model_version, preproc_version, hash_fn=sha256):
        self._connection = duckdb.connect(str(path))
        self._connection.execute(_TABLE)
        self._versions = [model_version, preproc_version]
        self._hash = hash_fn

    def get_or_compute(self, image_bytes, compute_fn):
        """The stored vector of these bytes; without one, what compute_fn says, which is stored."""
        key = self._versions + [self._hash(image_bytes)]
        found = self._connection.execute(_LOOK_UP, key).fetchone()
        if found is None:
            vector = compute_fn(image_bytes)
            self.put(image_bytes, vector)
            return vector
        dim, blob = found
        return np.frombuffer(blob, dtype=np.float32).reshape(dim)

    def put(self, image_bytes, vector, created=None):
        """Stores a vector, over whatever is there."""
        row = [int(vector.shape[0]), vector.astype(np.float32).tobytes(), time.time() if created is None else created]
        self._connection.execute(_STORE, self._versions + [self._hash(image_bytes)] + row)

    def close(self):
        self._connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
