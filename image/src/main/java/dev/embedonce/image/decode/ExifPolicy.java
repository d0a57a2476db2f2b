package dev.embedonce.image.decode;

/**
 * Whether the EXIF orientation is applied. Part of the preprocessing version.
 *
 * <p>It is always applied to a TIFF, because Pillow does so while it loads one.
 */
public enum ExifPolicy {
    /** Upright, as {@code PIL.ImageOps.exif_transpose} and {@code transformers.image_utils.load_image} make it. */
    APPLY("apply"),
    /** As stored, which is what Hugging Face processors do with a picture that {@code Image.open} gave. */
    IGNORE("ignore");

    private final String label;

    ExifPolicy(String label) {
        this.label = label;
    }

    /** The word used in version labels. */
    public String label() {
        return label;
    }
}
