package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;

/** An image whose bytes are at hand. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record InMemory(ContentHash contentHash, byte[] bytes) implements HashedImage {}
