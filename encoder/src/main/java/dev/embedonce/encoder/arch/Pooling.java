package dev.embedonce.encoder.arch;

import java.util.Optional;

/** How a tower's hidden states become one vector. */
public enum Pooling {
    /** The class token of the last hidden state. */
    CLS("cls"),
    /**
     * The mean over the patch tokens of the last hidden state; class, register and distillation tokens do not count.
     */
    MEAN("mean"),
    /** What the published model itself calls {@code pooler_output}. */
    POOLER("pooler"),
    /** The pooler output projected into the space that pictures and texts share. */
    PROJECTION("projection");

    private final String id;

    Pooling(String id) {
        this.id = id;
    }

    /** The name in settings and fingerprints, which never changes. */
    public String id() {
        return id;
    }

    public static Optional<Pooling> ofId(String id) {
        for (Pooling pooling : values()) {
            if (pooling.id.equals(id)) {
                return Optional.of(pooling);
            }
        }
        return Optional.empty();
    }
}
