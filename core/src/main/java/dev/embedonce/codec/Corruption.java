package dev.embedonce.codec;

/** Why something that a store returned is not an answer. Each is counted apart. */
public enum Corruption {
    /** The checksum does not fit header and data. */
    CHECKSUM,
    /** Header or data ends too early, or goes on too long. */
    TRUNCATED,
    /** A sound entry, but of another key: rows were swapped. */
    KEY_MISMATCH,
    /** Written by a newer version of EmbedOnce. */
    NEWER_FORMAT,
    /** A seal is required and the entry has none. */
    UNSEALED,
    /** The seal was made with a key we do not have, or over other content. */
    BAD_SEAL,
    /** A link to an entry that is not there or not an answer itself. */
    DANGLING_LINK,
    /** The store could not read its own layout. */
    DAMAGED
}
