package dev.embedonce.image.pixel;

/** What becomes of transparency when a picture is made RGB. Part of the preprocessing version. */
public enum AlphaPolicy {
    /** Laid over white, as {@code convert_to_rgb} of transformers 5 does. */
    OVER_WHITE("over-white"),
    /** Forgotten, as Pillow's {@code convert("RGB")} does: the hidden colours show. */
    DROP("drop");

    private final String label;

    AlphaPolicy(String label) {
        this.label = label;
    }

    /** The word used in version labels. */
    public String label() {
        return label;
    }
}
