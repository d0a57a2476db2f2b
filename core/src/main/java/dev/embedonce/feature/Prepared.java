package dev.embedonce.feature;

import org.jspecify.annotations.Nullable;

/** One image made ready for its encoder: decoded and preprocessed. */
public interface Prepared {
    /**
     * What identifies the encoder's input exactly, under the same preprocessing version; null if the encoder does not
     * know, which switches pixel hits off for this image.
     */
    @Nullable
    InputDigest inputDigest();

    /** Width of the decoded image in pixels, upright; 0 if not known. */
    int width();

    /** Height of the decoded image in pixels, upright; 0 if not known. */
    int height();
}
