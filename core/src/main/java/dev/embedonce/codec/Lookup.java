package dev.embedonce.codec;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;

/** What the bytes under a key turned out to be. */
public sealed interface Lookup {
    /** An entry of ours: checksum, key and seal fit. */
    record Hit(Entry entry) implements Lookup {}

    /**
     * Our note that another content of the same versions gives the same encoder input; the answer lies under {@code
     * target}.
     */
    record Link(ContentHash target, Provenance provenance) implements Lookup {}

    /** A vector of another program's, unproven. */
    record Foreign(Entry entry) implements Lookup {}

    /**
     * Not an answer.
     *
     * @param detail one line, for people
     */
    record Corrupt(Corruption reason, String detail) implements Lookup {}
}
