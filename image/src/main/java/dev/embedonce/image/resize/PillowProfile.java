package dev.embedonce.image.resize;

/**
 * The Pillow release line whose bits are reproduced. Only the order of the two resize passes differs, and with it the
 * rounding between them. Part of the preprocessing version.
 */
public enum PillowProfile {
    /** Pillow up to 12.1: horizontal pass first, always. */
    PILLOW_12("pillow-12"),
    /** Pillow 13.0 and later: vertical pass first where that saves much, as with tall screenshots. */
    PILLOW_13("pillow-13");

    private final String label;

    PillowProfile(String label) {
        this.label = label;
    }

    /** The name used on command lines and in version labels. */
    public String label() {
        return label;
    }

    /**
     * The profile called {@code label}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static PillowProfile ofLabel(String label) {
        for (PillowProfile profile : values()) {
            if (profile.label.equals(label)) {
                return profile;
            }
        }
        throw new IllegalArgumentException("unknown pixel profile '" + label + "', expected pillow-12 or pillow-13");
    }

    boolean verticalFirst(int width, int height, int newWidth, int newHeight) {
        long saved = (long) height - newHeight;
        return this == PILLOW_13 && saved > 0 && saved > 2L * ((long) width - newWidth);
    }
}
