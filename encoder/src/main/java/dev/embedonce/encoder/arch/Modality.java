package dev.embedonce.encoder.arch;

/** What goes into a tower. */
public enum Modality {
    /** Input {@code pixel_values}, float32 [batch, 3, height, width]. */
    IMAGE("image"),
    /** Input {@code input_ids}, int64 [batch, tokens]. */
    TEXT("text");

    private final String id;

    Modality(String id) {
        this.id = id;
    }

    /** The name in fingerprints, which never changes. */
    public String id() {
        return id;
    }
}
